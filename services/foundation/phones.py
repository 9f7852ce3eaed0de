"""The one reading of telephone numbers: whatever way somebody writes a number, it is the same number.

`normalised` gives the form in which numbers are kept and sent to: E.164, "+8613800138000". `callback` gives what is
dialled to call a citizen back, landlines too; `has_mobile` and `has_number` look for numbers in a text.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

# copied along from contact lists: soft hyphen, zero width, direction marks
_HIDDEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_INVISIBLE = dict.fromkeys(map(ord, _HIDDEN))
_MOBILE = frozenset((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE))
_CHINA = 86
_NEW_MOBILE = re.compile(r"1[3-9]\d{9}")  # ranges are opened before the library knows them
_AROUND = re.compile(r"^[^\d+(]*|\D*$")  # words around a number: 手机 138… (微信同号)
_EXTENSION = re.compile(r"(?<=\d)\s*(?:转|分机|ext\.?|x|#|-)\s*(\d{1,6})$")
_INSIDE = re.compile(r"(?<!\d)(?:00)?(?:86)?[\s-]?1[3-9]\d(?:[\s-]?\d){8}(?!\d)")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc~]")
LONGEST = 40  # characters: longer text is no number
SHORTEST = 7  # digits: fewer are no number that somebody could be found by


class BadNumber(ValueError):
    """The text is not a mobile number. `code`: not_a_number, not_mobile."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalised(text: str, region: str = "CN") -> str:
    """The mobile number in E.164: "１３８ 0013-8000", "+86 138…", "0086138…" as "+8613800138000". Raises BadNumber.

    A number without a country code is one of `region`.
    """
    number = _read(_plain(text), region)
    if not _is_mobile(number):
        raise BadNumber("not_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def callback(text: str) -> str | None:
    """The number to call back, as it is dialled from here, or None: 13800138000, 0797-8391234, 0797-8391234-801, +44….

    Words around it are no part of it; a landline needs its area code.
    """
    plain = _AROUND.sub("", _plain(text))
    try:
        return _dialled(_read(plain))
    except BadNumber:
        pass
    extended = _EXTENSION.search(plain)
    if extended is None:
        return None
    try:
        return f"{_dialled(_read(plain[: extended.start()]))}-{extended[1]}"
    except BadNumber:
        return None


def has_mobile(text: str) -> bool:
    """Whether a mobile number of this country stands anywhere in a text."""
    return _INSIDE.search(_plain(text)) is not None


def has_number(text: str, number: str) -> bool:
    """Whether this number, as it was kept, stands in a text: with anything between its digits, or without area code."""
    main, digits = national(number), _digits(_plain(text))
    area, _, local = main.partition("-")
    wanted = (local.partition("-")[0] if area.startswith("0") else ""), _digits(area + local.partition("-")[0])
    return any(len(one) >= SHORTEST and one in digits for one in wanted)


def masked(e164: str) -> str:
    """The masked number: "+8613800138000" as "138****8000", one of another country as its last four digits."""
    digits = national(e164).removeprefix("+")
    if len(digits) < 8:
        return "****"
    shown = digits[:3] if e164.startswith(f"+{_CHINA}") else ""
    return f"{shown}****{digits[-4:]}"


def national(e164: str) -> str:
    """A number as it is dialled from here: one of our own country without its code."""
    return e164.removeprefix(f"+{_CHINA}")


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()
    return _DASHES.sub("-", plain)


def _read(plain: str, region: str = "CN") -> PhoneNumber:
    if not plain or len(plain) > LONGEST or any(sign.isalpha() for sign in plain):
        raise BadNumber("not_a_number")
    try:
        number = phonenumbers.parse(plain, region)
    except NumberParseException:
        raise BadNumber("not_a_number") from None
    if not (phonenumbers.is_valid_number(number) or _is_mobile(number)):
        raise BadNumber("not_a_number")
    if _area(number) and not re.match(r"\D*(?:0|\+?86)", plain):  # seven digits are read as an area and five more
        raise BadNumber("not_a_number")
    return number


def _is_mobile(number: PhoneNumber) -> bool:
    new = number.country_code == _CHINA and _NEW_MOBILE.fullmatch(str(number.national_number)) is not None
    return new or phonenumbers.number_type(number) in _MOBILE


def _area(number: PhoneNumber) -> int:
    """How many digits of a landline of this country are its area code; 0 for any other number."""
    return phonenumbers.length_of_geographical_area_code(number) if number.country_code == _CHINA else 0


def _dialled(number: PhoneNumber) -> str:
    if number.country_code != _CHINA:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = phonenumbers.national_significant_number(number)
    area = _area(number)
    return f"0{digits[:area]}-{digits[area:]}" if area else digits


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())
