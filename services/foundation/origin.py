"""The one rule that tells whether a browser's request comes from our own page: for forms, uploads and the chat."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def from_our_page(headers: Mapping[str, str], site: str, host: str) -> bool:
    """Whether one of our pages sent a request, by `Sec-Fetch-Site` and `Origin`, or `Referer` from an old browser.

    A request that names none is no browser's: refused. `site`: our own address; `host`: as the request names it, since
    an office may be reached under several names.
    """
    fetched = headers.get("Sec-Fetch-Site")
    if fetched not in (None, "same-origin", "none"):  # none: typed into the address bar
        return False
    named = headers.get("Origin") or _origin(headers.get("Referer", ""))
    return named in (_origin(site), f"http://{host}", f"https://{host}") or (not named and fetched is not None)


def _origin(address: str) -> str:
    """The origin of an address (`https://mingcha.example:8443`); empty if it is not a web address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
