"""How the head of a unit hears of what is handed over or sent back now, and why not where nothing reaches them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from services import reach
from services.obligations.ladder import ladders
from services.reach import CHAT, SMS
from services.vault import Vault

SMS_LATER, UNREACHED = "sms_later", "unreached"


def hears_by(
    tx: Connection, vault: Vault, now: datetime, unit_id: str, kind: str, ways: Collection[str] | None
) -> str:  # fmt: skip
    """By chat, else sms, in quiet hours of the kind sms_later, else unreached.

    `ways`: the channels that something can leave by; None: all.
    """
    if reach.recipients(tx, vault, now, unit_id, "head", CHAT):
        return CHAT
    if not _sends_sms(ways) or not reach.takes_sms(tx, vault, now, unit_id):
        return UNREACHED
    ladder = ladders().get(kind)
    return SMS_LATER if ladder and ladder.quiet(now) else SMS


def deaf(tx: Connection, vault: Vault, now: datetime, unit_id: str, ways: Collection[str] | None) -> str:
    """Why no reminder reaches the head now, empty where one does: no_head, no_sms (nothing sends them), no_number."""
    if not reach.heads(tx, now, unit_id):
        return "no_head"
    if hears_by(tx, vault, now, unit_id, "", ways) != UNREACHED:
        return ""
    return "no_number" if _sends_sms(ways) else "no_sms"


def _sends_sms(ways: Collection[str] | None) -> bool:
    return ways is None or SMS in ways
