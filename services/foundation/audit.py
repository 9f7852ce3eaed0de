"""The audit chain, as use cases see it: whoever changes something of consequence appends an event.

What `Act.wrote` has noted since the event before goes with it, so that a row changed past the program shows.
"""

from __future__ import annotations

from typing import Any

from services.foundation.act import Act
from services.foundation.events import Event


def append(act: Act, action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Adds one event. Its actor is a role or the random id of one of the office's people, never a citizen or a name."""
    act.told.events.append(Event(act.now, act.actor, action, subject, detail or {}))
