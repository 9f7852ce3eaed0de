"""Days and times as people write them, in Chinese and English, read against a given now.

`read_moment("昨天下午三点", now)` gives ISO 8601 text: a date where no time was said, else a date and time with now's
offset. A day without a year, or a weekday, means the latest one that is not in the future.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DAYS = {
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "刚才": 0, "刚刚": 0, "today": 0, "昨天": 1, "昨日": 1, "昨晚": 1,
    "yesterday": 1, "前天": 2, "大前天": 3,
}  # fmt: skip
_WEEKDAYS_ZH = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
_WEEKDAYS_EN = {w: n for n, w in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def read_moment(text: str, now: datetime) -> str | None:
    """The moment that the text means, or None. Never raises; the result may lie in the future."""
    text = text.strip().casefold()
    if len(text) > 60:
        return None
    if text in ("now", "刚才", "刚刚", "现在", "just now"):
        return now.isoformat(timespec="minutes")
    try:
        return _read(_arabic(text), now)
    except (ValueError, OverflowError):
        return None


def _read(text: str, now: datetime) -> str | None:
    day, rest = _day(text, now.date())
    at, rest = _time(rest)
    if re.sub(r"[\s,,。.的号日左右at]|大概|约|around|about|on", "", rest) or (day is None and at is None):
        return None
    if at is None:
        return None if day is None else day.isoformat()
    return datetime.combine(day or now.date(), at, now.tzinfo).isoformat(timespec="minutes")


def _arabic(text: str) -> str:
    """Chinese numerals up to 99 as digits; weekday characters keep their place (周三 is no number)."""

    def number(found: re.Match[str]) -> str:
        word = found[0]
        if "十" not in word:
            return "".join(str(_DIGITS[c]) for c in word)
        tens, _, units = word.partition("十")
        return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0))

    return re.sub(r"(?<![周期拜])(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]+)", number, text)


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The day said at the start and the rest of the text."""
    for word in sorted(_DAYS, key=len, reverse=True):
        if text.startswith(word):
            kept = word[1:] if word.endswith(("早", "晚")) else ""  # 昨晚 says the evening too
            return today - timedelta(_DAYS[word]), kept + text[len(word) :]
    if found := re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?t?", text):
        return date(int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
    if found := re.match(r"(\d{1,2})\s*[-/月]\s*(\d{1,2})(?!\d)\s*[日号]?", text):
        return _latest(today, int(found[1]), int(found[2])), text[found.end() :]
    if found := re.match(r"(\d{1,3})\s*(?:天前|days? ago)", text):
        return today - timedelta(int(found[1])), text[found.end() :]
    if found := re.match(r"(上)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])", text):
        return _weekday(today, _WEEKDAYS_ZH[found[2]], bool(found[1])), text[found.end() :]
    if found := re.match(r"(last\s+)?(mon|tue|wed|thu|fri|sat|sun)[a-z]*", text):
        return _weekday(today, _WEEKDAYS_EN[found[2]], bool(found[1])), text[found.end() :]
    return None, text


def _latest(today: date, month: int, day: int) -> date:
    for year in range(today.year, today.year - 5, -1):  # 29 February may be four years away
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError("no such day")


def _weekday(today: date, weekday: int, of_last_week: bool) -> date:
    if of_last_week:
        return today - timedelta(today.weekday() + 7 - weekday)
    return today - timedelta((today.weekday() - weekday) % 7)


def _time(text: str) -> tuple[time | None, str]:
    """The time of day in the text and what is left of the text."""
    half = re.search(r"上午|早上|早晨|清早|凌晨|中午|下午|傍晚|晚上|夜里|晚|早", text)
    rest = text.replace(half[0], "", 1) if half else text
    found = re.search(
        r"(\d{1,2})\s*(?:[:点时::]\s*(半|\d{1,2})?\s*分?\s*(?:钟|整)?)?(?::\d\d)?\s*(am|pm)?(?:[+-]\d\d:\d\d|z)?", rest
    )
    if not found or (found[0].strip() == found[1] and not half):
        return (None, text) if half is None else (None, rest + half[0])
    hour, minute = int(found[1]), 30 if found[2] == "半" else int(found[2] or 0)
    later = (half and half[0] in ("下午", "傍晚", "晚上", "夜里", "晚")) or found[3] == "pm"
    if hour < 12 and (later or (half and half[0] == "中午" and hour < 3)):
        hour += 12
    if hour == 12 and (found[3] == "am" or (half and half[0] == "凌晨")):
        hour = 0
    return time(hour % 24 if hour == 24 else hour, minute), rest[: found.start()] + rest[found.end() :]
