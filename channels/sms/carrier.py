"""What a carrier of text messages does, whichever it is: take one message, or say why not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from channels.sms.forms import Form

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

    `to` is E.164; `ref` comes back with the reports. `text` has as many parts as the network may join. `form` is what
    the text was made of, for a carrier that takes no whole texts.
    """

    @property
    def kinds(self) -> Collection[str] | None:
        """The kinds of form that can be sent; None for a carrier that takes whole texts."""
        ...

    async def send(self, to: str, text: str, ref: str, form: Form | None = None) -> Taken | Refused: ...

    async def trouble(self) -> str | None:
        """Why nothing would be sent, or None when all is well; found out without sending anything."""
        ...

    async def close(self) -> None: ...
