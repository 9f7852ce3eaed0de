"""How the head of a unit would hear now of what is handed over or sent back, and why not if nothing reaches them."""

from __future__ import annotations

from collections.abc import Collection

from services import people
from services.foundation.act import Act
from services.obligations.ladder import ladders
from services.people import CHAT, SMS, Addressee

SMS_LATER, UNREACHED = "sms_later", "unreached"


def way_to_head(act: Act, unit_id: str, kind: str, ways: Collection[str] | None) -> str:
    """The way in which the head hears of it: chat, else sms, in the kind's quiet hours sms_later, else unreached.

    `ways`: the channels on which something can leave; None: all.
    """
    if people.recipients(act, unit_id, Addressee.HEAD, CHAT):
        return CHAT
    if not _sends_sms(ways) or not people.takes_sms(act, unit_id):
        return UNREACHED
    ladder = ladders().get(kind)
    return SMS_LATER if ladder and ladder.quiet(act.now) else SMS


def why_unreached(act: Act, unit_id: str, ways: Collection[str] | None) -> str:
    """Why no reminder reaches the head now; empty where one does: no_head, no_sms (nothing sends them), no_number."""
    if not people.head_ids(act, unit_id):
        return "no_head"
    if way_to_head(act, unit_id, "", ways) != UNREACHED:
        return ""
    return "no_number" if _sends_sms(ways) else "no_sms"


def _sends_sms(ways: Collection[str] | None) -> bool:
    return ways is None or SMS in ways
