"""Events of the audit chain: what happened, in the open only by its day; the rest is sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from models.parts import in_parts
from models.tables import audit, audit_waiting
from services.foundation.keys import KeyTrouble
from services.foundation.vault import Vault
from services.foundation.witness import Witnessed, mac_of, read

_PURPOSE = "audit"
EVEN = 128  # bytes: what is sealed is filled up to a multiple, so that its length tells no kind of event


class Event(msgspec.Struct, array_like=True, frozen=True):
    """An event. `rows`: (table, id, digest) of each row that it is about, as it was after the change."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    rows: tuple[Witnessed, ...] = ()


@dataclass
class Told:
    """What one act has to tell: its events, and which rows it has written. Sealed once, at its end."""

    events: list[Event] = field(default_factory=list)
    _rows: dict[tuple[str, str], tuple[int, Mapping[str, Any] | None]] = field(default_factory=dict)

    def wrote(self, table: Table, row: str | Mapping[str, Any]) -> None:
        """Notes a written row: its id, or all of its values where it is new. The next event tells of it."""
        whole = None if isinstance(row, str) else row
        row_id = row if isinstance(row, str) else row["id"]
        self._rows[str(table.name), row_id] = len(self.events), whole

    def complete(self, tx: Connection, vault: Vault) -> list[Event]:
        """The events with the digests of the rows as they are now.

        Rows written after the last event go with it. Raises Untold where there is none.
        """
        if not self._rows:
            return self.events
        if not self.events:
            raise Untold(", ".join(sorted({table for table, _ in self._rows})))
        found: dict[int, list[Witnessed]] = {}
        again: dict[str, list[str]] = {}
        for (table, row_id), (_, whole) in self._rows.items():
            if whole is None:
                again.setdefault(table, []).append(row_id)
        now = {(table, one["id"]): one for table, ids in again.items() for one in read(tx, table, ids)}
        for (table, row_id), (nth, whole) in self._rows.items():
            row = whole or now.get((table, row_id))
            mac = mac_of(vault, table, row) if row else ""
            found.setdefault(min(nth, len(self.events) - 1), []).append((table, row_id, mac))
        return [
            msgspec.structs.replace(event, rows=tuple(found[nth])) if nth in found else event
            for nth, event in enumerate(self.events)
        ]


class Untold(RuntimeError):
    """Rows were written that the audit chain has to tell of, and no event was appended; the text names their tables."""


def sealed(vault: Vault, event: Event) -> bytes:
    data = _encode(event)
    return vault.seal_bytes(data.ljust(-(-len(data) // EVEN) * EVEN), _PURPOSE)


def opened(vault: Vault, data: bytes) -> Event:
    """Opens an event. Raises KeyTrouble where it is not as it was written."""
    return _decode(vault.open_bytes(data, _PURPOSE))


def known(vault: Vault, data: bytes) -> Event | None:
    """Opens an event that waits for its number; None where somebody else put it there."""
    try:
        return opened(vault, data)
    except (KeyTrouble, ValueError):
        return None


def open_part(vault: Vault, event: Event) -> tuple[date, int]:
    """What stands in the open beside an event with a number: its day, and its lot."""
    return event.at.date(), lot_of(vault, event.subject)


def lot_of(vault: Vault, subject: str) -> int:
    """The lot, 0 to 255, in which all events about a subject are. It is shared: a lot tells no subject."""
    return int(vault.index(subject, "audit lot")[:2], 16)


def events(tx: Connection, vault: Vault, subject: str | None = None) -> Iterator[Event]:
    """The events, the oldest first: all, or those about one subject. Raises KeyTrouble.

    What waits for a number and does not open was put there by somebody else, and is no event.
    """
    numbered = select(audit.c.day, audit.c.lot, audit.c.sealed, audit.c.seq)
    if subject is not None:
        numbered = numbered.where(audit.c.lot == lot_of(vault, subject))
    for day, lot, data, _ in in_parts(tx, numbered, audit.c.seq):
        event = opened(vault, data)
        if (day, lot) != open_part(vault, event):
            raise KeyTrouble("other_key")
        if subject in (None, event.subject):
            yield event
    waiting = select(audit_waiting.c.sealed, audit_waiting.c.id)
    for data, _ in in_parts(tx, waiting, audit_waiting.c.id):
        event = known(vault, data)
        if event is not None and subject in (None, event.subject):
            yield event


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Event).decode
