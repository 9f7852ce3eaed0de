"""Reads a future day as people write it, in Chinese and English: `read_day("下周五", now)`.

The counterpart of `conversation.moments`, which reads what has happened: here a day without a year, or a weekday, means
the next one.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from conversation.amounts import DAYS, read_amount
from conversation.moments import MONTH, WEEKDAYS_EN, WEEKDAYS_ZH, english_day
from conversation.numerals import arabic

_AHEAD = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "后天": 2,
    "the day after tomorrow": 2,
    "大后天": 3,
    "昨天": -1,
    "yesterday": -1,
}
_LONGEST = 40
_FROM_NOW = re.compile(r"^in\s+|\s*(?:之?后|以后|from now|later)$")
_LAST = re.compile(r"\s*(?:\(?周[一二三四五六日天]\)?)?\s*(?:以?前|之前|下班前?|为止|止)?$")  # what may follow a day


def read_day(text: str, today: date) -> date | None:
    """The day that the text means, or None. Never raises; the result may lie in the past."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(text) > _LONGEST:
        return None
    text = re.sub(r"^(?:by|until|till|on|到|延到|延期到|延至|至)\s*", "", text)
    try:
        return _read(arabic(text), today)
    except (ValueError, OverflowError):
        return None


def _read(text: str, today: date) -> date | None:
    if (ahead := _AHEAD.get(_LAST.sub("", text))) is not None:
        return today + timedelta(ahead)
    ahead = None if text.isdigit() else read_amount(_FROM_NOW.sub("", text), DAYS)
    if ahead is not None:
        return today + timedelta(ahead)
    if found := re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?", text):
        return date(*(int(found[n]) for n in (1, 2, 3))) if _LAST.fullmatch(text[found.end() :]) else None
    if found := re.match(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?", text):
        return _next(today, int(found[1]), int(found[2])) if _LAST.fullmatch(text[found.end() :]) else None
    if found := re.fullmatch(r"(\d{1,2})[日号](?:以?前|之前)?", text):
        return _next_of_month(today, int(found[1]))
    return _named(text, today)


def _named(text: str, today: date) -> date | None:
    """The day meant by a weekday or by an English month's name (perhaps with its weekday: `Fri 27 Nov`)."""
    if found := re.fullmatch(r"(下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])(?:以?前|之前)?", text):
        return _weekday(today, WEEKDAYS_ZH[found[2]], found[1] or "")
    weekday = rf"({'|'.join(WEEKDAYS_EN)})[a-z]*"
    if found := re.fullmatch(rf"(next|this)?\s*{weekday}", text):
        return _weekday(today, WEEKDAYS_EN[found[2]], {"next": "下"}.get(found[1] or "", ""))
    dated = re.sub(rf"^{weekday},?\s+(?=\d|{MONTH})", "", text)
    said = english_day(dated)
    if said is None or said[3]:
        return None
    year, month, day, _ = said
    return date(year, month, day) if year is not None else _next(today, month, day)


def _next(today: date, month: int, day: int) -> date:
    """The next date with this month and day. A date within the last two months counts as said: it has passed."""
    for year in range(today.year, today.year + 9):  # 29 February may be eight years away
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today - timedelta(61):
            return found
    raise ValueError("no such day")


def _next_of_month(today: date, day: int) -> date:
    for ahead in range(62):
        if (found := today + timedelta(ahead)).day == day:
            return found
    raise ValueError("no such day")


def _weekday(today: date, weekday: int, said: str) -> date:
    """The day that a weekday means: 下周五 is Friday of next week, 周五 the next Friday."""
    if said == "下":
        return today + timedelta(7 - today.weekday() + weekday)
    return today + timedelta((weekday - today.weekday()) % 7)
