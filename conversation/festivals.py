"""The days of the year that people call by name: `festival("国庆节", today)` is the latest 1 October."""

from __future__ import annotations

import re
from datetime import date, timedelta

_FIXED = {
    (1, 1): "元旦|new year's day|new year",
    (3, 8): "妇女节|三八",
    (3, 12): "植树节",
    (5, 1): "劳动节|五一|labour day|labor day|may day",
    (5, 4): "青年节|五四",
    (6, 1): "儿童节|六一|children's day",
    (7, 1): "建党节|七一",
    (8, 1): "建军节|八一",
    (9, 10): "教师节|teachers' day",
    (10, 1): "国庆|十一黄金周|national day",
    (12, 24): "平安夜|christmas eve",
    (12, 25): "圣诞|christmas day|christmas",
}
# Feasts of the lunar year and of the sun, year by year; in a year that is missing the day is asked for.
_SPRING = (
    "0125 0212 0201 0122 0210 0129 0217 0206 0126 0213 0203 "
    "0123 0211 0131 0219 0208 0128 0215 0204 0124 0212 0201 "
    "0122 0210 0130 0217 0206 0126 0214 0202 0123"
)
_TOMBS = (
    "0404 0404 0405 0405 0404 0404 0405 0405 0404 0404 0405 "
    "0405 0404 0404 0405 0405 0404 0404 0405 0405 0404 0404 "
    "0404 0405 0404 0404 0404 0405 0404 0404 0404"
)
_DRAGON = (
    "0625 0614 0603 0622 0610 0531 0619 0609 0528 0616 0605 "
    "0624 0612 0601 0620 0610 0530 0618 0607 0527 0614 0603 "
    "0622 0611 0531 0619 0608 0529 0615 0604 0623"
)
_AUTUMN = (
    "1001 0921 0910 0929 0917 1006 0925 0915 1003 0922 0912 "
    "1001 0919 0908 0927 0916 1004 0924 0913 1002 0920 0910 "
    "0928 0917 1005 0925 0915 1004 0922 0911 0930"
)
_FIRST_YEAR = 2020
_MOVED: dict[str, tuple[str, int]] = {  # names: the table, and how many days later
    "春节|大年初一|正月初一|初一|spring festival|chinese new year|lunar new year": (_SPRING, 0),
    "除夕|大年三十|年三十|chinese new year's eve": (_SPRING, -1),
    "元宵|正月十五|lantern festival": (_SPRING, 14),
    **{f"大年初{c}|正月初{c}|初{c}": (_SPRING, n) for n, c in enumerate("二三四五六七八九", 1)},
    "清明|tomb sweeping day|qingming festival": (_TOMBS, 0),
    "端午|dragon boat festival": (_DRAGON, 0),
    "中秋|mid-autumn festival|moon festival": (_AUTUMN, 0),
}
_NAMES: dict[str, str | tuple[int, int]] = {name: day for day, names in _FIXED.items() for name in names.split("|")}
_NAMES |= {name: names for names in _MOVED for name in names.split("|")}
_SAID = re.compile(
    rf"(?:(\d{{4}})年?的?\s*)?({'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})节?(?:那天|当天)?"
)


def festival(text: str, today: date) -> tuple[date, str] | None:
    """The feast named at the start of the text, the latest that is not to come, and the rest of the text."""
    found = _SAID.match(text)
    if found is None:
        return None
    years = [int(found[1])] if found[1] else [today.year, today.year - 1]
    for year in years:
        day = _in(year, _NAMES[found[2]])
        if day is not None and (found[1] or day <= today):
            return day, text[found.end() :]
    return None


def _in(year: int, feast: str | tuple[int, int]) -> date | None:
    if isinstance(feast, tuple):
        return date(year, *feast)
    table, later = _MOVED[feast]
    days = table.split()
    if not 0 <= year - _FIRST_YEAR < len(days):
        return None
    written = days[year - _FIRST_YEAR]
    return date(year, int(written[:2]), int(written[2:])) + timedelta(later)
