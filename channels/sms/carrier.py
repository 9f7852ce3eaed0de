"""What a carrier of text messages does, whoever it is: take one message, or say why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

NO_ANSWER = "no_answer"
TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Taken:
    """The carrier has the message; what becomes of it comes as a report. `wire_id` is its own id, if it tells one."""

    wire_id: str | None = None


@dataclass(frozen=True)
class Refused:
    """`code` goes into the delivery's row. With `again` another try is worth it, not before `wait` seconds.

    `unknown`: the carrier may have taken it all the same. `down`: it would take none now, whoever it is for.
    """

    code: str
    again: bool = False
    wait: float = 0.0
    unknown: bool = False
    down: bool = False


class Carrier(Protocol):
    """`to` is E.164; `ref` comes back with the reports. `text` has as many parts as its network may join."""

    async def send(self, to: str, text: str, ref: str) -> Taken | Refused: ...

    async def trouble(self) -> str | None:
        """Asked without sending anything: why nothing would be sent, None when all is well."""
        ...

    async def close(self) -> None: ...
