"""What a carrier knows a message by: a sealed word, since the number of a row would tell how much else leaves here."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from services.foundation.keys import KeyTrouble
from services.foundation.vault import Vault

PURPOSE = "sms report"
_TOLD = re.compile(rb"(-?\d{1,18})(?:-(\d+))?")


def ref_of(vault: Vault, delivery_id: int, part: int | None = None) -> str:
    """The reference of a delivery's last message, or of an earlier `part` of a long one: some 50 letters for a URL."""
    told = str(delivery_id) if part is None else f"{delivery_id}-{part}"
    return urlsafe_b64encode(vault.seal_bytes(told.encode(), PURPOSE)).decode().rstrip("=")


def delivery_of(vault: Vault, ref: str) -> tuple[int, bool] | None:
    """The delivery that a reference names, and whether it means an earlier message of a long one; None: not ours."""
    try:
        sealed = urlsafe_b64decode(ref.encode("ascii") + b"=" * (-len(ref) % 4))
        told = _TOLD.fullmatch(vault.open_bytes(sealed, PURPOSE))
    except (KeyTrouble, ValueError):
        return None
    return (int(told[1]), told[2] is not None) if told else None
