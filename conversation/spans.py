"""Reads past stretches of days as people say them, in Chinese and English: 上个月, 10月中旬, 三四天前, last summer.

The counterpart of `conversation.moments`, which reads one day or moment: what was said roughly is kept as roughly as
it was said. `read_span("10月中旬", today)` is "2026-10-11/2026-10-20": two ISO 8601 days, with those between them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from conversation.festivals import festival
from conversation.moments import MONTHS, in_figures, loosened, read_moment
from conversation.numerals import SEVERAL

LONGEST = 40  # characters
Span = tuple[date, date]

_OF = r"(?: (?:of )?(\d{4}年?))?"
_ENGLISH: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (  # said as the patterns below have it
    (r"(?:early|the (?:beginning|start) of)[\s-](.+)", r"\1初"),
    (r"(?:mid|the middle of)[\s-](.+)", r"\1中"),
    (r"(?:late|the end of)\s(.+)", r"\1底"),
    (rf"(?:last )?\b(spring|summer|autumn|fall|winter)(?![a-z]){_OF}", lambda f: f"{f[2] or ''}{_SEASONS[f[1]]}"),
    (rf"(?:last )?\b({'|'.join(MONTHS)})[a-z]*(?![a-z]){_OF}", lambda f: f"{f[2] or ''} {MONTHS.index(f[1]) + 1}月"),
    (r"the year (\d{4})", r"\1年"),
    (r"(last|this) month", lambda f: {"last": "上月", "this": "本月"}[f[1]]),
    (r"last weekend", "上周末"),
    (r"(?:the|this) weekend", "周末"),
    (r"last week", "上周"),
    (r"this week", "本周"),
    (r"(?:a few|some|several) days ago|the other day", "前几天"),
    (r"a couple of days ago", "前两天"),
    (r"the (?:last|past) few days|these days", "这几天"),
    (r"half a (month|year) ago", lambda f: {"month": "半个月前", "year": "半年前"}[f[1]]),
    (r"(\d+) (?:or|to) (\d+)", r"\1到\2"),
    (r"(\d+) (day|week|month|year)s? ago", lambda f: f"{f[1]}{_UNITS[f[2]]}前"),
    (r"\bholidays?\b", "期间"),
)  # fmt: skip
_SEASONS = {"spring": "春", "summer": "夏", "autumn": "秋", "fall": "秋", "winter": "冬"}
_UNITS = {"day": "天", "week": "周", "month": "个月", "year": "年"}
_AGO = r"(?:以?前|之前)"
_FEW = {  # days ago, from and to
    rf"前几[天日]|前些[天日]|前些日子|[几数]天{_AGO}|好几天{_AGO}": (7, 1),
    r"前[两二2][天日]|前[两二2]三[天日]": (3, 1),
    r"这几[天日]|最?近几[天日]": (6, 0),
    r"这[两二2][天日]": (2, 0),
    rf"半个?月{_AGO}": (17, 13),
    rf"10几天{_AGO}": (19, 11),
    rf"10来天{_AGO}": (12, 8),
    rf"20[多几]天{_AGO}": (29, 21),
    rf"[几数]个?(?:小时|钟头|分钟){_AGO}|好几个(?:小时|钟头){_AGO}": (0, 0),
}
_THIRDS = {"初": (1, 10), "上": (1, 10), "中": (11, 20), "底": (21, 31), "末": (21, 31), "下": (21, 31)}
_OF_YEAR = {  # months, from and to; a winter ends in the next year
    "初": (1, 2),
    "中": (6, 7),
    "底": (11, 12),
    "末": (11, 12),
    "尾": (11, 12),
    "上半年": (1, 6),
    "下半年": (7, 12),
    "春": (3, 5),
    "夏": (6, 8),
    "秋": (9, 11),
    "冬": (12, 14),
    "暑假": (7, 8),
}
_FREE = {"国庆|十一|national": 7, "春节|spring|lunar|chinese": 7, "五一|劳动|labou?r|may day": 5}  # days of a holiday


def read_span(text: str, today: date) -> str | None:
    """The days that the text means; a single day where it means one. Never raises; the result may lie in the future.

    Without a year the latest is meant that has begun. What of it lies ahead is left out.
    """
    if len(text) > LONGEST:
        return None
    try:
        found = _read(loosened(text, today), today)
    except (ValueError, OverflowError):
        return None
    if found is None:
        return None
    first, last = found[0], max(found[0], min(found[1], today)) if found[0] <= today else found[1]
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


def _read(said: str, today: date) -> Span | None:
    if said.endswith("前后"):
        near = _day(said.removesuffix("前后"), today)
        return (near - timedelta(3), near + timedelta(3)) if near else None
    if found := re.fullmatch(
        rf"(.+?)(?:{SEVERAL})点钟?(?:多|左右)?", said
    ):  # 昨天下午三四点: the day is all we keep of it
        day = _day(found[1], today)
        return (day, day) if day else None
    said = re.sub(r"十一(?=期间|假期|长假|放假)", "国庆", said)
    feast = festival(said.removeprefix("the "), today)
    if feast and re.fullmatch(r"\s*(?:期间|放假|假期|长假|小长假|那几天)+", _in_chinese(feast[1])):
        free = next((days for names, days in _FREE.items() if re.search(names, said)), 3)
        return feast[0], feast[0] + timedelta(free - 1)
    figures = in_figures(re.sub(SEVERAL, lambda pair: "到".join(pair[0]), said))
    text = _in_chinese(figures)
    readers = _days_ago, _counted, _week, _month, _months, _year_part
    return next(filter(None, (read(text, today) for read in readers)), None) or _between(figures, today)


def _in_chinese(text: str) -> str:
    for pattern, put in _ENGLISH:
        text = re.sub(pattern, put, text)
    return text.strip()


def _day(said: str, today: date) -> date | None:
    found = read_moment(said, datetime.combine(today, time()))
    return date.fromisoformat(found[:10]) if found else None


def _days_ago(text: str, today: date) -> Span | None:
    for pattern, (first, last) in _FEW.items():
        if re.fullmatch(pattern, text):
            return today - timedelta(first), today - timedelta(last)
    return None


def _counted(text: str, today: date) -> Span | None:
    """3到4天前, 2个多月前, 半年前, 2年前."""
    found = re.fullmatch(rf"(\d{{1,3}}|半)(?:[到至、~-](\d{{1,3}}))?\s*个?(多?)(天|周|星期|礼拜|月|年){_AGO}", text)
    if found is None:
        return None
    near = 0 if found[1] == "半" else int(found[1])
    far = int(found[2] or near) + bool(found[3])
    match found[4]:
        case "年" if found[1] == "半":
            return _whole(today.year, today.month - 7, 3)
        case "年":
            return _whole(today.year - far, 1, 12 * (far - near + 1))
        case "月" if found[1] != "半":
            return _whole(today.year, today.month - far, far - near + 1)
        case "天" if far > near:
            return today - timedelta(far), today - timedelta(near)
        case "周" | "星期" | "礼拜" if far > near:
            return today - timedelta(7 * far), today - timedelta(7 * near)
    return None


def _week(text: str, today: date) -> Span | None:
    found = re.fullmatch(r"(上+|这|本)?个?(?:周|星期|礼拜)(末?)", text)
    if found is None or not (found[1] or found[2]):
        return None
    monday = today - timedelta(today.weekday() + 7 * (found[1] or "").count("上"))
    if not found[2]:
        return monday, monday + timedelta(6)
    saturday = monday + timedelta(5)
    back = 7 if not found[1] and saturday > today else 0
    return saturday - timedelta(back), saturday + timedelta(1 - back)


def _month(text: str, today: date) -> Span | None:
    """上个月初, 本月, 月底, 10月中旬, 2025年12月, 2025-12."""
    part = r"(?:([初中底末])|([上中下])旬|([上下])半月)?"
    if found := re.fullmatch(rf"(上+|这|本|当)?个?月份?的?{part}", text):
        if not any(found.groups()):
            return None
        whole = _whole(today.year, today.month - (found[1] or "").count("上"))
        span = _part(whole, found[2] or found[3], found[4])
        if not found[1] and span[1] > today:  # 月底, said before this month's
            return _part(_whole(today.year, today.month - 1), found[2] or found[3], found[4])
        return span
    found = re.fullmatch(rf"(?:(\d{{4}})年?的?\s*)?(?<!\d)(\d{{1,2}})月份?的?{part}", text)
    found = found or re.fullmatch(r"(\d{4})[-/.](\d{1,2})()()()", text)
    if found is None:
        return None
    return _part(_of_month(found[1], int(found[2]), today), found[3] or found[4], found[5])


def _months(text: str, today: date) -> Span | None:
    """9到10月份, 2025年9月至10月."""
    found = re.fullmatch(r"(?:(\d{4})年)?(\d{1,2})月?份?[、到至~-](\d{1,2})月份?", text)
    if found is None:
        return None
    first = _of_month(found[1], int(found[2]), today)[0]
    many = int(found[3]) - first.month + 1
    return _whole(first.year, first.month, many) if 0 < many < 12 and int(found[3]) <= 12 else None


def _year_part(text: str, today: date) -> Span | None:
    """2025年, 2025年底, 年初, 夏天, 2025年上半年."""
    found = re.fullmatch(r"(?:(\d{4})年?)?的?(年?([初中底末尾])|[上下]半年|([春夏秋冬])[天季]?|暑假)?", text)
    if found is None or text.isdigit() or (not found[1] and (not found[2] or found[2] == found[3])):
        return None
    if not found[2]:
        return _whole(int(found[1]), 1, 12)
    first, last = _OF_YEAR[found[3] or found[4] or found[2]]
    year = int(found[1] or today.year)
    if not found[1] and (last if found[3] else first) > today.month:  # 年底, said before this year's
        year -= 1
    return _whole(year, first, last - first + 1)


def _between(text: str, today: date) -> Span | None:
    """11月3日到5日, 周一至周三."""
    found = re.fullmatch(r"从?(.+?)\s*(?:到|至|~|–|—|-|\bto\b)\s*(.+)", text)
    if found is None:
        return None
    alone = re.fullmatch(r"(\d{1,2})[日号]?", found[2])  # of the same month
    first = _day(f"{found[1]}日" if alone and found[1].isdigit() else found[1], today)
    if first is None:
        return None
    last = first.replace(day=int(alone[1])) if alone else _day(found[2], today)
    return (first, last) if last and first < last else None


def _whole(year: int, month: int, many: int = 1) -> Span:
    """So many whole months. `month` may lie before or after the year."""
    first, end = divmod(year * 12 + month - 1, 12), divmod(year * 12 + month - 1 + many, 12)
    return date(first[0], first[1] + 1, 1), date(end[0], end[1] + 1, 1) - timedelta(1)


def _of_month(year: str | None, month: int, today: date) -> Span:
    """The month of the year, or the latest that has begun."""
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    return _whole(int(year) if year else today.year - (month > today.month), month)


def _part(month: Span, third: str | None, half: str | None) -> Span:
    first, last = _THIRDS[third] if third else {"上": (1, 15), "下": (16, 31), None: (1, 31)}[half or None]
    days = calendar.monthrange(month[0].year, month[0].month)[1]
    return month[0].replace(day=first), month[0].replace(day=min(last, days))
