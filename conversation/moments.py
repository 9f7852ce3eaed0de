"""Reads past days and times as people write them, in Chinese and English, against a given now.

`read_moment("昨天下午三点", now)` gives ISO 8601 text: a date where no time was said, else a date and time with now's
offset. A day without a year, or a weekday, means the latest one that is not in the future. A time of day in words alone
("昨天下午") is kept as its day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from conversation.festivals import festival
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
    "今儿": (0, ""),
    "昨儿": (1, ""),
    "昨夜": (1, "夜里"),
    "前儿": (2, ""),
    "前日": (2, ""),
    "the day before yesterday": (2, ""),
}
_DAY_WORD = re.compile("|".join(sorted(_DAYS, key=len, reverse=True)))
_YEARS = {  # words for a year: how many years ago it is
    "大前年": 3,
    "前年|the year before last": 2,
    "去年|上年|last year": 1,
    "今年|this year": 0,
}
WEEKDAYS_ZH = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
WEEKDAYS_EN = {w: n for n, w in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_ENGLISH = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
SOME_DAYS = 3  # ago, a day is no longer what everybody would call by its weekday alone
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = f"({'|'.join(MONTHS)})[a-z]*"
_HALF = re.compile(
    r"上午|早上|早晨|清晨|清早|凌晨|中午|下午|午后|傍晚|晚上|夜里|半夜|深夜|晚|早|morning|noon|afternoon|evening|night"
)
_NIGHT = ("晚上", "夜里", "半夜", "深夜", "晚", "night")
_LATER = ("下午", "午后", "傍晚", "afternoon", "evening", *_NIGHT)
_BEFORE = re.compile(
    r"(?:大概|大约|约|好像|应该|可能|估计|差不多|就|是|在|从"
    r"|(?:around|about|on|in|at|during|over|sometime|i think|maybe)\b\s*)+"
)
_AFTER = re.compile(r"\s*(?:左右|上下|附近|的?时候|那会儿?|那阵子|那天|发生的|的事情?|吧|的|了|[。.!])+$")
_CLOCK = re.compile(
    r"(\d{1,2})\s*(?:[:点时]\s*(半|\d{1,2})?\s*分?\s*(?:钟|整)?)?(?::\d\d)?\s*(am|pm)?(?:[+-]\d\d:\d\d|z)?"
)


def read_moment(text: str, now: datetime) -> str | None:
    """The one moment that the text means, or None. Never raises; the result may lie in the future."""
    found = read_moments(text, now)
    return found[0] if len(found) == 1 else None


def read_moments(text: str, now: datetime) -> list[str]:
    """The moments that the text may mean: none, one, or two, for 3/11/2026 and for "last Monday" on a Saturday.

    Where only one of two has passed already, that is meant.
    """
    if len(text) > 60:
        return []
    text = loosened(text, now.date())
    if text in ("now", "刚才", "刚刚", "刚", "方才", "现在", "just now"):
        return [now.isoformat(timespec="minutes")]
    certain = _DAY_WORD.match(text) is not None
    readings = [_reading(text, now, which) for which in ((0,) if certain else (0, 1))]
    found = list(dict.fromkeys(moment for moment in readings if moment))
    past = [moment for moment in found if moment[:10] <= now.date().isoformat()]
    return past if len(found) > 1 and past else found


def loosened(text: str, today: date) -> str:
    """The words for a time, without those that say how sure it is, in their simplest form; years as numbers."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    text = _AFTER.sub("", _BEFORE.sub("", text, count=1) if _BEFORE.match(text) else text)
    for pattern, ago in _YEARS.items():
        text = re.sub(pattern, f"{today.year - ago}年", text)
    return text


def in_figures(text: str) -> str:
    """The text with its numbers in figures; rough ones (三四) stay."""
    text = re.sub(r"^(?:an?|one)(?= (?:hour|day|week|month|year))|^half an(?= hour)", _english_count, text)
    return re.sub(rf"\b({'|'.join(_ENGLISH)})(?= )", lambda found: str(_ENGLISH[found[1]]), arabic(text))


def _reading(text: str, now: datetime, which: int) -> str | None:
    try:
        return _read(text, now, which)
    except (ValueError, OverflowError):
        return None


def _read(said: str, now: datetime, which: int) -> str | None:
    said = re.sub("一?大清早|一大早|一清早|一早", "早上", said.replace("一刻", "15分").replace("三刻", "45分"))
    feast = festival(said, now.date())
    text = in_figures(feast[1] if feast else said)
    if found := re.fullmatch(r"(半|\d{1,3})\s*个?\s*(小时|分钟|hours?|minutes?)(?:以?前|之前| ago)", text):
        size = 0.5 if found[1] == "半" else int(found[1])
        ago = timedelta(hours=size) if found[2][0] in "小h" else timedelta(minutes=size)
        return (now - ago).isoformat(timespec="minutes")
    day, rest = (feast[0], text) if feast else _day(_day_first(text), now.date(), which)
    minutes, rest = _time(rest, day is not None)
    if re.sub(r"[\s,。.的号日左右多]|大约|大概|约|around|about|\bat\b|\bon\b|\bin the\b", "", rest):
        return None
    if minutes is None:
        return None if day is None else day.isoformat()
    midnight = datetime.combine(day or now.date(), time(), now.tzinfo)
    return (midnight + timedelta(minutes=minutes)).isoformat(timespec="minutes")


def _day_first(text: str) -> str:
    """Moves the day to the front: `3 pm yesterday` becomes `yesterday 3 pm`."""
    found = re.fullmatch(r"(\d{1,2}(?::\d\d)?\s*(?:am|pm)?),?\s+((?!am|pm|days?\b|weeks?\b)[a-z].*)", text)
    if not found or re.match(MONTH, found[2]):
        return text
    return f"{found[2].removeprefix('on ')} {found[1]}"


def _english_count(found: re.Match[str]) -> str:
    return "半" if found[0].startswith("half") else "1"


def _day(text: str, today: date, which: int) -> tuple[date | None, str]:
    """The day said at the start and the rest of the text; of two readings the one that is wanted."""
    if found := _DAY_WORD.match(text):
        ago, kept = _DAYS[found[0]]
        return today - timedelta(ago), kept + text[found.end() :]
    if found := re.match(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?!\d)", text):
        day, month = (int(found[1 + which]), int(found[2 - which]))  # 20/11/2026, or as Americans write it
        return date(int(found[3]), month, day), text[found.end() :]
    if found := re.match(r"(上+|这|本)个?月(?:的)?\s*(\d{1,2})(?!\d)\s*[日号]?", text):
        back = found[1].count("上")
        month = today.year * 12 + today.month - 1 - back
        return date(month // 12, month % 12 + 1, int(found[2])), text[found.end() :]
    if found := re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?t?", text):
        return date(int(found[1]), int(found[2]), int(found[3])), _after(found, text)
    if found := re.match(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?![\d.])\s*[日号]?", text):
        return _latest(today, int(found[1]), int(found[2]), which), _after(found, text)
    if found := re.match(r"(\d{1,3})\s*(?:天(?:以?前|之前)|days? ago)", text):
        return today - timedelta(int(found[1])), text[found.end() :]
    if found := re.match(r"(\d{1,2})\s*(?:个?(?:周|星期|礼拜)(?:以?前|之前)|weeks? ago)", text):
        return today - timedelta(7 * int(found[1])), text[found.end() :]
    if found := re.match(r"(\d{1,2})[日号]", text):
        return _day_of_month(today, int(found[1])), text[found.end() :]
    return _named_day(text, today, which)


def _after(found: re.Match[str], text: str) -> str:
    """What follows a date, without the weekday that we ourselves write behind it."""
    return re.sub(r"^\s*\(?周[一二三四五六日天]\)?", "", text[found.end() :])


def _named_day(text: str, today: date, which: int) -> tuple[date | None, str]:
    """Reads a weekday (perhaps before a date, as we write it: `Fri 20 Nov`), or a day with its month's English name."""
    weekday = rf"(last |this |on )?({'|'.join(WEEKDAYS_EN)})(?:day|s|sday|nes|nesday|rs|rsday|urday)?\b,?\s*"
    dated = re.sub(rf"^{weekday}(?=\d{{1,2}}(?:st|nd|rd|th)? {MONTH}|{MONTH})", "", text)
    if said := english_day(dated):
        year, month, day, rest = said
        return date(year, month, day) if year is not None else _latest(today, month, day, which), rest
    if found := re.match(r"(上+|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])", text):
        return _weekday(today, WEEKDAYS_ZH[found[2]], (found[1] or "").count("上")), text[found.end() :]
    if found := re.match(weekday, text):
        meant = _weekday(today, WEEKDAYS_EN[found[2]], 1 if found[1] == "last " else 0)
        newest = _weekday(today, WEEKDAYS_EN[found[2]], 0)
        # "last Monday" on a Saturday: for some that of this week, which is some days ago
        other = found[1] == "last " and which == 1 and (today - newest).days >= SOME_DAYS
        return newest if other else meant, text[found.end() :]
    return None, text


def english_day(text: str) -> tuple[int | None, int, int, str] | None:
    """Reads a day with its month's English name at the start: year (if said), month, day, and the rest of the text."""
    for pattern, month, day in (
        (rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}", 2, 1),
        (rf"{MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])", 1, 2),
    ):
        if found := re.match(rf"{pattern}(?:,?\s*(\d{{4}})(?!\d)年?)?", text):
            year = int(found[3]) if found[3] else None
            return year, MONTHS.index(found[month]) + 1, int(found[day]), text[found.end() :]
    return None


def _latest(today: date, month: int, day: int, which: int) -> date:
    """The latest such day. Of 29 February, years ago as a rule, either of two may be meant: nobody counts that far."""
    days = []
    for year in range(today.year, today.year - 13, -1):  # 29 February may be eight years away (1896, 1904)
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            days.append(found)
    if not days:
        raise ValueError("no such day")
    return days[0 if days[0].year >= today.year - 1 else which]


def _day_of_month(today: date, day: int) -> date:
    """The latest 20th (or whatever day) that is not in the future."""
    for ago in range(62):
        if (found := today - timedelta(ago)).day == day:
            return found
    raise ValueError("no such day")


def _weekday(today: date, weekday: int, weeks_ago: int) -> date:
    """The weekday of the week so many weeks ago; for 0 the latest one."""
    if weeks_ago:
        return today - timedelta(today.weekday() + 7 * weeks_ago - weekday)
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
