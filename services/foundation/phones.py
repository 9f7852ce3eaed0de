"""Turns mobile numbers as people write them into the one form that is kept: E.164, "+8613800138000"."""

from __future__ import annotations

import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# copied along from contact lists: soft hyphen, zero width, direction marks
_HIDDEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_INVISIBLE = dict.fromkeys(map(ord, _HIDDEN))
_MOBILE = frozenset((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE))
LONGEST = 40  # characters: longer text is no number


class BadNumber(ValueError):
    """The text is not a mobile number. `code`: not_a_number, not_mobile."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalised(text: str, region: str = "CN") -> str:
    """The number in E.164: "１３８ 0013-8000", "+86 138…", "0086138…" as "+8613800138000". Raises BadNumber.

    A number without a country code is one of `region`.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()
    if not plain or len(plain) > LONGEST or any(sign.isalpha() for sign in plain):
        raise BadNumber("not_a_number")
    try:
        number = phonenumbers.parse(plain, region)
    except NumberParseException:
        raise BadNumber("not_a_number") from None
    if not phonenumbers.is_valid_number(number):
        raise BadNumber("not_a_number")
    if phonenumbers.number_type(number) not in _MOBILE:
        raise BadNumber("not_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(e164: str) -> str:
    """The masked number: "+8613800138000" as "138****8000", one of another country as its last four digits."""
    digits = e164.removeprefix("+86") if e164.startswith("+86") else e164.removeprefix("+")
    if len(digits) < 8:
        return "****"
    shown = digits[:3] if e164.startswith("+86") else ""
    return f"{shown}****{digits[-4:]}"
