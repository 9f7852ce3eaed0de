"""Tells people in their own chats what was changed about their sign-in: whoever it was not hears of it at once."""

from __future__ import annotations

from enum import StrEnum

from conversation.messages import Body, Button, Say
from services.deliveries import queue_for
from services.foundation.act import Act
from services.people import accounts_of


class Change(StrEnum):
    """What was done. Each has its words in the templates, in every language."""

    PASSWORD = "password"  # noqa: S105  # the name of a change, not a secret
    PASSKEY = "passkey"
    RECOVERY = "recovery"


def tell(act: Act, person_id: str, change: Change) -> None:
    """Tells the person on every chat account that is bound to them; nobody where there is none."""
    values = {"change": str(change), "at": act.now.isoformat()}
    body = Body(say=Say("signin.changed", values, (Button("/menu", words="menu"),)))
    queue_for(act, sorted(accounts_of(act, [person_id])), body)
