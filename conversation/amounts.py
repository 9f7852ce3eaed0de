"""Reads whole numbers as people write them, with the unit that they add: `read_amount("1个半小时", MINUTES)` is 90."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from conversation.numerals import arabic

MINUTES, DAYS, WORKING_DAYS = "minutes", "days", "working_days"
_ENGLISH = "zero one two three four five six seven eight nine ten eleven twelve"
_WORDS = {word: n for n, word in enumerate(_ENGLISH.split())}
_ROUNDLY = r"大概|大约|差不多|将近|约|等了|about|around|nearly|almost|some|for"
_BEFORE = re.compile(rf"^(?:{_ROUNDLY})\s*")
_LONGER = re.compile(r"^(?:(?:再|延长|延期|延|多|宽限|给|过|要|another)\s*)+")
_WITHIN = re.compile(r"[以之]?内$")
_N_DAYS = r"(\d{1,4})\s*(?:天|days?)?"
_N_WORKING = r"(\d{1,4})\s*个?(?:工作[日天]|working days?|天|days?)?"
_WEEKS, _FORTNIGHTS = r"(\d{1,4})\s*个?(?:周|星期|礼拜|weeks?)", r"(\d{1,4})\s*fortnights?"
_MONTHS, _YEARS = r"(\d{1,4})\s*(?:个月|months?)", r"(\d)\s*(?:年|years?)"
_HALF_MONTHS = r"(?:(\d{1,2})个)?半个?月|half a month|(\d{1,2}) months? and a half"
_HALF_YEARS = r"半年|half a year|(\d{1,2})(?:年半| years? and a half)"
_LENGTHS = {  # what makes a length of days: how many each of them are, and how many more a half of one
    DAYS: (
        (_N_DAYS, 1, 0),
        (_WEEKS, 7, 0),
        (_FORTNIGHTS, 14, 0),
        (_MONTHS, 30, 0),
        (_HALF_MONTHS, 30, 15),
        (_YEARS, 365, 0),
        (_HALF_YEARS, 365, 183),
    ),
    WORKING_DAYS: (
        (_N_WORKING, 1, 0),
        (_WEEKS, 5, 0),
        (_FORTNIGHTS, 10, 0),
        (_MONTHS, 20, 0),
        (_HALF_MONTHS, 20, 10),
        (_YEARS, 240, 0),
        (_HALF_YEARS, 240, 120),
    ),
}
_AFTER = re.compile(r"\s*(?:左右|上下|的样子|吧|了|or so)[.。!！]?$|[.。]$")
_MINUTE, _HOUR = r"(?:分钟?|minutes?|mins?|m)", r"(?:个?多?(?:小时|钟头)|hours?|hrs?|h)"
_N = r"\d{1,4}(?:\.\d{1,2})?"
_SPOKEN = (  # what makes an amount of minutes, each as a pattern with one number (or 半) and what that is worth
    (re.compile(rf"(?P<n>{_N})\s*个半(?:小时|钟头)"), 60, 30),
    (re.compile(rf"(?P<n>{_N})\s*{_HOUR}\s*(?:半|and a half)"), 60, 30),
    (re.compile(rf"(?P<n>{_N})\s*(?:and a half)\s*{_HOUR}"), 60, 30),
    (re.compile(rf"(?P<n>{_N})\s*{_HOUR}"), 60, 0),
    (re.compile(r"(?P<n>半)\s*个?多?(?:小时|钟头)|(?P<half>half an? hour)"), 0, 30),
    (re.compile(rf"(?P<n>{_N})\s*刻钟?"), 15, 0),
    (re.compile(rf"(?P<n>{_N})\s*多?{_MINUTE}"), 1, 0),
)
_COUNTED = re.compile(
    r"(\d{1,9})\s*(?:[个件次位人名份张项条处元块天岁]|people|persons?|times?|pieces?|items?|days?|yuan)?"
)


_YUAN = re.compile(r"(\d{1,18}(?:\.\d{1,8})?)(万|亿)?(?:元|块|yuan|rmb)?")


def read_amount(text: str, unit: str = "") -> int | None:
    """The whole number that a text means, or None.

    `unit`: "" counts things; MINUTES converts hours; DAYS weeks (7), months (30) and years; WORKING_DAYS weeks (5) and
    months (20). Of months and years a half will do too.
    """
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if not text or len(text) > 40:
        return None
    text = re.sub(r"(?<=\d)[,\s](?=\d{3}\b)", "", _AFTER.sub("", _BEFORE.sub("", text)))
    text = re.sub(r"\b[a-z]+\b", lambda found: str(_WORDS.get(found[0], found[0])), text)
    text = re.sub(r"^an? (?=hour|minute|day|week|fortnight|month|year|working)", "1 ", arabic(text))
    if unit == MINUTES and not text.isdigit():
        return _minutes(text)
    if unit in _LENGTHS:
        return _days(_LONGER.sub("", text), unit)
    found = _COUNTED.fullmatch(text)
    return int(found[1]) if found else None


def read_yuan(text: str) -> int | None:
    """Whole yuan as people write them, with 万 or 亿: `read_yuan("88万元")` is 880000."""
    text = re.sub(r"[\s,¥]", "", unicodedata.normalize("NFKC", text)).casefold()
    found = _YUAN.fullmatch(arabic(text))
    if found is None:
        return None
    worth = Decimal(found[1]) * {"万": 10**4, "亿": 10**8}.get(found[2] or "", 1)
    return int(worth) if worth == int(worth) else None


def _days(text: str, unit: str) -> int | None:
    text = _WITHIN.sub("", text.replace("俩", "2个"))
    for pattern, worth, more in _LENGTHS[unit]:
        if found := re.fullmatch(pattern, text):
            return int(next(filter(None, found.groups()), 0)) * worth + more
    return None


def _minutes(text: str) -> int | None:
    """Sums up hours, quarters and minutes in this order; a number alone after hours is minutes (1h30)."""
    total, worth, rest = 0.0, 10_000, text
    while rest:
        found = next(((m, *w) for pattern, *w in _SPOKEN if (m := pattern.match(rest))), None)
        if found is None:
            bare = re.fullmatch(r"(\d{1,2})", rest) if worth == 60 else None
            return round(total) + int(bare[1]) if bare else None
        matched, each, more = found
        if (each or more) >= worth:  # 20分钟1小时 is no amount
            return None
        number = matched["n"] if matched["n"] not in (None, "半") else "0"
        total += float(number) * each + more
        worth, rest = each or 30, re.sub(r"^\s*(?:零|0(?=\d\D)|又|and|,|,)?\s*", "", rest[matched.end() :])
    return round(total)
