"""The view for older people, of the chat and the public pages: larger text and targets, kept in a cookie."""

from __future__ import annotations

from collections.abc import Mapping

COOKIE = "mingcha_large"


def cookie(*, secure: bool) -> str:
    """The cookie's name: under https one that browsers take from this very host alone."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def is_large(cookies: Mapping[str, str], *, secure: bool) -> bool:
    """Whether a browser has chosen it."""
    return cookies.get(cookie(secure=secure)) == "1"
