"""Codes of an authenticator app (TOTP): six digits that change every 30 seconds; each counts once."""

from __future__ import annotations

import unicodedata

import pyotp
from pyotp.totp import TOTP
from pyotp.utils import strings_equal

from services.foundation.act import Act

SECONDS = 30
APART = 1  # steps by which the clocks of phone and server may differ
ISSUER = "Mingcha"


def new_secret() -> str:
    return pyotp.random_base32()


def address_of(secret: str, login: str, issuer: str = ISSUER) -> str:
    """The `otpauth:` address that the QR code holds."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def matching_step(act: Act, secret: str, typed: str, after: int) -> int | None:
    """The step whose code was typed; None for a wrong code, and for one not newer than the step `after`."""
    now, code = int(act.now.timestamp()) // SECONDS, digits_of(typed)
    made = TOTP(secret)
    found = [step for step in range(now - APART, now + APART + 1) if strings_equal(made.generate_otp(step), code)]
    return next((step for step in found if step > after), None)


def digits_of(typed: str) -> str:
    """The digits of a code as people type it: full width, with a space in the middle."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isascii() and c.isdigit())
