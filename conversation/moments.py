"""Reads past days and times as people write them, in Chinese and English, against a given now.

`read_moment("昨天下午三点", now)` gives ISO 8601 text: a date where no time was said, else a date and time with now's
offset. A day without a year, or a weekday, means the latest one that is not in the future. A time of day in words alone
("昨天下午") is kept as its day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from conversation.numerals import arabic

_DAYS = {  # words for a day: how many days ago it is, and the time of day that some of them imply
    "今天": (0, ""),
    "今日": (0, ""),
    "今早": (0, "早"),
    "今晚": (0, "晚"),
    "today": (0, ""),
    "tonight": (0, "night"),
    "this morning": (0, "morning"),
    "this afternoon": (0, "afternoon"),
    "this evening": (0, "evening"),
    "昨天": (1, ""),
    "昨日": (1, ""),
    "昨早": (1, "早"),
    "昨晚": (1, "晚"),
    "yesterday": (1, ""),
    "last night": (1, "night"),
    "前天": (2, ""),
    "前晚": (2, "晚"),
    "大前天": (3, ""),
}
WEEKDAYS_ZH = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
WEEKDAYS_EN = {w: n for n, w in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = f"({'|'.join(_MONTHS)})[a-z]*"
_HALF = re.compile(r"上午|早上|早晨|清早|凌晨|中午|下午|傍晚|晚上|夜里|晚|早|morning|noon|afternoon|evening|night")
_NIGHT = ("晚上", "夜里", "晚", "night")
_LATER = ("下午", "傍晚", "afternoon", "evening", *_NIGHT)
_CLOCK = re.compile(
    r"(\d{1,2})\s*(?:[:点时]\s*(半|\d{1,2})?\s*分?\s*(?:钟|整)?)?(?::\d\d)?\s*(am|pm)?(?:[+-]\d\d:\d\d|z)?"
)


def read_moment(text: str, now: datetime) -> str | None:
    """The moment that the text means, or None. Never raises; the result may lie in the future."""
    if len(text) > 60:
        return None
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if text in ("now", "刚才", "刚刚", "现在", "just now"):
        return now.isoformat(timespec="minutes")
    try:
        return _read(arabic(text.replace("一刻", "15分").replace("三刻", "45分")), now)
    except (ValueError, OverflowError):
        return None


def _read(text: str, now: datetime) -> str | None:
    if found := re.fullmatch(r"(半|\d{1,3})\s*个?\s*(小时|分钟|hours?|minutes?)(?:以?前| ago)", text):
        size = 0.5 if found[1] == "半" else int(found[1])
        ago = timedelta(hours=size) if found[2][0] in "小h" else timedelta(minutes=size)
        return (now - ago).isoformat(timespec="minutes")
    day, rest = _day(_day_first(re.sub(r"^(大概|大约|约|around|about|on)\s*", "", text)), now.date())
    minutes, rest = _time(rest, day is not None)
    if re.sub(r"[\s,。.的号日左右]|大约|大概|约|around|about|\bat\b|\bon\b|\bin the\b", "", rest):
        return None
    if minutes is None:
        return None if day is None else day.isoformat()
    midnight = datetime.combine(day or now.date(), time(), now.tzinfo)
    return (midnight + timedelta(minutes=minutes)).isoformat(timespec="minutes")


def _day_first(text: str) -> str:
    """Moves the day to the front: `3 pm yesterday` becomes `yesterday 3 pm`."""
    found = re.fullmatch(r"(\d{1,2}(?::\d\d)?\s*(?:am|pm)?),?\s+((?!am|pm|days?\b)[a-z].*)", text)
    if not found or re.match(MONTH, found[2]):
        return text
    return f"{found[2].removeprefix('on ')} {found[1]}"


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The day said at the start and the rest of the text."""
    for word in sorted(_DAYS, key=len, reverse=True):
        if text.startswith(word):
            ago, kept = _DAYS[word]
            return today - timedelta(ago), kept + text[len(word) :]
    text = text.replace("今年", f"{today.year}年").replace("去年", f"{today.year - 1}年")
    if found := re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?t?", text):
        return date(int(found[1]), int(found[2]), int(found[3])), _after(found, text)
    if found := re.match(r"(\d{1,2})\s*[-/月]\s*(\d{1,2})(?!\d)\s*[日号]?", text):
        return _latest(today, int(found[1]), int(found[2])), _after(found, text)
    if found := re.match(r"(\d{1,3})\s*(?:天以?前|days? ago)", text):
        return today - timedelta(int(found[1])), text[found.end() :]
    if found := re.match(r"(\d{1,2})[日号]", text):
        return _day_of_month(today, int(found[1])), text[found.end() :]
    return _named_day(text, today)


def _after(found: re.Match[str], text: str) -> str:
    """What follows a date, without the weekday that we ourselves write behind it."""
    return re.sub(r"^\s*\(?周[一二三四五六日天]\)?", "", text[found.end() :])


def _named_day(text: str, today: date) -> tuple[date | None, str]:
    """Reads a weekday (perhaps before a date, as we write it: `Fri 20 Nov`), or a day with its month's English name."""
    weekday = rf"(last |this |on )?({'|'.join(WEEKDAYS_EN)})[a-z]*,?\s*"
    dated = re.sub(rf"^{weekday}(?=\d{{1,2}}(?:st|nd|rd|th)? {MONTH}|{MONTH})", "", text)
    if said := english_day(dated):
        year, month, day, rest = said
        return date(year, month, day) if year is not None else _latest(today, month, day), rest
    if found := re.match(r"(上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])", text):
        return _weekday(today, WEEKDAYS_ZH[found[2]], found[1] == "上"), text[found.end() :]
    if found := re.match(weekday, text):
        return _weekday(today, WEEKDAYS_EN[found[2]], found[1] == "last "), text[found.end() :]
    return None, text


def english_day(text: str) -> tuple[int | None, int, int, str] | None:
    """Reads a day with its month's English name at the start: year (if said), month, day, and the rest of the text."""
    for pattern, month, day in (
        (rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}", 2, 1),
        (rf"{MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])", 1, 2),
    ):
        if found := re.match(rf"{pattern}(?:,?\s*(\d{{4}})(?!\d))?", text):
            year = int(found[3]) if found[3] else None
            return year, _MONTHS.index(found[month]) + 1, int(found[day]), text[found.end() :]
    return None


def _latest(today: date, month: int, day: int) -> date:
    for year in range(today.year, today.year - 9, -1):  # 29 February may be eight years away (1896, 1904)
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError("no such day")


def _day_of_month(today: date, day: int) -> date:
    """The latest 20th (or whatever day) that is not in the future."""
    for ago in range(62):
        if (found := today - timedelta(ago)).day == day:
            return found
    raise ValueError("no such day")


def _weekday(today: date, weekday: int, of_last_week: bool) -> date:
    if of_last_week:
        return today - timedelta(today.weekday() + 7 - weekday)
    return today - timedelta((today.weekday() - weekday) % 7)


def _time(text: str, has_day: bool) -> tuple[int | None, str]:
    """The time of day in minutes after midnight (over 24 hours: after a night's midnight), and the rest of the text."""
    half = _HALF.search(text)
    part = half[0] if half else ""
    rest = text.replace(part, "", 1)
    found = _CLOCK.search(rest)
    if not found or (found[0].strip() == found[1] and not half):
        return None, rest if has_day else text
    hour, minute = int(found[1]), 30 if found[2] == "半" else int(found[2] or 0)
    if hour > 24 or minute > 59:
        raise ValueError("no such time")
    small = part in _NIGHT and (hour == 12 or hour < 5)  # 昨晚十二点, 夜里两点: after midnight
    if small:
        hour = hour % 12 + (24 if has_day else 0)
    elif hour < 12 and (part in _LATER or found[3] == "pm" or (part in ("中午", "noon") and hour < 3)):
        hour += 12
    elif hour == 12 and (found[3] == "am" or part == "凌晨"):
        hour = 0
    return hour * 60 + minute, rest[: found.start()] + rest[found.end() :]
