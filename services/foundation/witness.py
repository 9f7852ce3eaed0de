"""Which rows the audit chain vouches for: the digest of each goes into the event of every change.

This is the only list. What is worked out from other columns, counted, or noted for convenience (the words for the
search, tries, when something was read) is no part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, Table, select

from models.parts import in_parts
from models.tables import metadata
from services.foundation.vault import Vault

Witnessed = tuple[str, str, str]  # table, id, digest; an empty digest: the row is there no more
MAC_LETTERS = 32  # hex digits: 128 bits
VOUCHED: Mapping[str, Sequence[str]] = {
    "cases": (
        "number",
        "kind",
        "source",
        "unit_id",
        "staff",
        "category",
        "what",
        "happened",
        "named",
        "state",
        "received_on",
        "received",
        "moved_on",
        "moved",
        "decided_on",
        "closed_on",
        "outcomes",
        "recovered",
        "about_id",
        "master_id",
        "confined",
        "assigned_to",
        "priority",
        "appealed_on",
        "appeal",
        "asked_until",
    ),
    "items": ("case_id", "position", "text", "obligation_id", "answer_id", "told_on"),
    "ratings": (
        "case_id",
        "round",
        "state",
        "asked_on",
        "until_on",
        "given_on",
        "solved",
        "level",
        "reasons",
        "entry_id",
        "right_on",
        "aside_id",
    ),
    "publications": ("month", "standing", "figures", "published_on", "published_by", "withdrawn_on", "withdrawn_by"),
    "walkins": ("unit_id", "given_on", "served", "level", "reasons", "text", "looked_on", "looked_by", "looked"),
    "visits": (
        "number",
        "unit_id",
        "method",
        "findings",
        "waited_minutes",
        "note",
        "state",
        "received_on",
        "received",
        "moved",
    ),
    "openings": (
        "subject_id",
        "state",
        "purpose",
        "asked_by",
        "asked_at",
        "until",
        "answered_by",
        "answered_at",
        "word",
    ),
    "intakes": ("number", "arrived_on", "phoned", "mark"),
    "entries": ("subject_id", "kind", "actor", "text", "at", "exact", "detail"),
    "obligations": (
        "number",
        "kind",
        "unit_id",
        "subject_id",
        "asked",
        "state",
        "owed_since",
        "due_at",
        "working_days",
        "days_left",
        "created_at",
        "created_by",
        "acknowledged_at",
        "acknowledged_by",
        "answered_at",
        "settled_at",
    ),
    "answer_links": ("obligation_id", "mark", "made_by", "made_at", "ended_by", "ended_at"),
    "standard_texts": ("text_id", "version", "used_for", "about", "title", "text", "ended", "written_by", "written_at"),
    "extensions": (
        "obligation_id",
        "state",
        "reason",
        "wanted_at",
        "late",
        "asked_by",
        "asked_at",
        "decided_by",
        "decided_at",
        "word",
    ),
    "contacts": ("channel", "address_hash", "person_id"),  # those that are somebody's
    "logins": ("token_hash", "person_id", "way"),
    "grants": ("person_id", "role", "unit_id", "since", "until"),
    # Of a report or a notice; an upload that nobody has submitted may be forgotten.
    "evidence": ("subject_id", "entry_id", "position", "kind", "state", "ours", "caption", "sha256", "mime", "bytes"),
}

ENDING = frozenset(("logins",))  # whose rows go by themselves: that one is missing tells nothing
_ONLY = {"evidence": "subject_id", "contacts": "person_id"}  # rows without it are not vouched for


def mac_of(vault: Vault, table: str, row: Mapping[Any, Any]) -> str:
    """The digest of a row: keyed, so that nobody without the key file makes one that fits other words."""
    values = [table, row["id"], *(_plain(row.get(name)) for name in VOUCHED[table])]
    return vault.mac(b"row " + _encode(values)).hex()[:MAC_LETTERS]


def read(tx: Connection, table: str, ids: Collection[str]) -> Iterator[Mapping[Any, Any]]:
    """The rows with these ids as they are now; one that is gone, or not vouched for, is missing."""
    columns = metadata.tables[table].c
    yield from tx.execute(_rows(table).where(columns.id.in_(ids))).mappings()


def read_all(tx: Connection, table: str) -> Iterator[Mapping[Any, Any]]:
    """Every row that is vouched for."""
    for row in in_parts(tx, _rows(table), metadata.tables[table].c.id):
        yield row._mapping


def _rows(name: str) -> Select[Any]:
    table: Table = metadata.tables[name]
    wanted: list[Column[Any]] = [table.c.id, *(table.c[one] for one in VOUCHED[name])]
    found = select(*wanted)
    return found.where(table.c[_ONLY[name]].is_not(None)) if name in _ONLY else found


def _plain(value: Any) -> Any:
    """A value as both databases give it back."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


_encode = msgspec.json.Encoder(order="sorted").encode
