"""What says no more than that something was received (收到, 谢谢): the receipt that the message before waits for."""

from __future__ import annotations

from handlers.notices import open_seen
from handlers.obligations.sight import owed_now
from handlers.obligations.view import open_acknowledge
from services import notices, obligations, people
from services.talk import Turn


def take_receipt(turn: Turn) -> bool:
    """Acknowledges the notice that came just before, or else the one duty; False where nothing waits for it."""
    since = people.last_spoke(turn.act, turn.contact.id)
    if (notice_id := notices.awaited(turn.act, turn.contact.id, since)) is not None:
        open_seen(turn, notice_id)
        return True
    open_ones = [one.id for one in owed_now(turn) if one.acknowledged_at is None] if turn.grants else []
    told = obligations.told_since(turn.act, since, open_ones) if open_ones else []
    if len(told) != 1:  # of several it is not known which one is meant
        return False
    open_acknowledge(turn, told[0])
    return True
