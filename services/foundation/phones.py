"""Mobile numbers as people write them, in the one form that is kept: E.164, "+8613800138000"."""

from __future__ import annotations

import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# pasted along out of contact lists: soft hyphen, zero width, direction marks
_HIDDEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_INVISIBLE = dict.fromkeys(map(ord, _HIDDEN))
_MOBILE = frozenset((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE))
LONGEST = 40  # characters of what may still be a number


class BadNumber(ValueError):
    """What was written is no mobile number. `code`: not_a_number, not_mobile."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalised(text: str, region: str = "CN") -> str:
    """ "１３８ 0013-8000", "+86 138…", "0086138…", "86138…" as "+8613800138000". Raises BadNumber.

    A number without a country is one of `region`.
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
    """ "+8613800138000" as "138****8000"; a number of another country with its last four digits alone."""
    digits = e164.removeprefix("+86") if e164.startswith("+86") else e164.removeprefix("+")
    if len(digits) < 8:
        return "****"
    shown = digits[:3] if e164.startswith("+86") else ""
    return f"{shown}****{digits[-4:]}"
