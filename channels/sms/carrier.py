"""What a carrier of text messages does, whichever it is: take one message, or say why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

NO_ANSWER = "no_answer"
TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Taken:
    """The carrier has the message; a report will tell what becomes of it. `wire_id` is the carrier's own id, if any."""

    wire_id: str | None = None


@dataclass(frozen=True)
class Refused:
    """The carrier did not take the message; `code` goes into the delivery's row.

    `again`: another try is worth it, not before `wait` seconds.

    `unknown`: the carrier may have taken it all the same. `down`: it would take no message now, whoever it is for.
    """

    code: str
    again: bool = False
    wait: float = 0.0
    unknown: bool = False
    down: bool = False


class Carrier(Protocol):
    """Something that sends text messages.

    `to` is E.164; `ref` comes back with the reports. `text` has as many parts as the network may join.
    """

    async def send(self, to: str, text: str, ref: str) -> Taken | Refused: ...

    async def trouble(self) -> str | None:
        """Why nothing would be sent, or None when all is well; found out without sending anything."""
        ...

    async def close(self) -> None: ...
