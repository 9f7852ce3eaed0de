"""The way in of updates: decoded, handed to the dialogue, and durable when `take` returns."""

from __future__ import annotations

import structlog

from channels.telegram.decode import Event, Undecodable, decode
from channels.telegram.settings import CHANNEL
from models.database import DatabaseAway
from services import people
from services.foundation.act import Acts
from services.talk import Talk

log = structlog.get_logger()


class Intake:
    """Takes in updates, from polling and webhook alike."""

    def __init__(self, talk: Talk, acts: Acts) -> None:
        self._talk, self._acts = talk, acts

    async def take(self, raw: bytes) -> Event:
        """Takes one raw update. Raises DatabaseAway when nothing could be kept. What is not understood is kept raw."""
        try:
            event = decode(raw)
        except Undecodable as bad:
            log.warning("update_not_understood", code=bad.code, event_id=bad.event_id)
            await self._talk.refuse(CHANNEL, bad.event_id, bad.sender, raw, bad.code)
            return Event(bad.number)
        if event.incoming is not None:
            await self._talk.handle(event.incoming)
        elif event.blocked is not None and event.sender is not None:
            await self._membership(event, event.sender, blocked=event.blocked)
        return event

    async def _membership(self, event: Event, sender: str, *, blocked: bool) -> None:
        await self._acts.talk(people.reach_changed, CHANNEL, str(event.number), sender, blocked=blocked)


class Unkept(Exception):
    """An update could not be kept; it must come again."""


async def kept(intake: Intake, raw: bytes) -> Event:
    """Calls `take`, logs every failure and raises it as Unkept: the platform then has the only copy."""
    try:
        return await intake.take(raw)
    except DatabaseAway:
        raise Unkept from None
    except Exception as error:
        log.error("update_not_kept", channel=CHANNEL, error=type(error).__name__)
        raise Unkept from None
