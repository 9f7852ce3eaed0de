"""Messages that could not be understood, kept raw and sealed, as a clerk sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from conversation.text import written_out
from models.tables import quarantine
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.purpose import stated
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import told_at

MOST_LISTED = 200
LARGEST_SHOWN = 20_000  # bytes
SHORT_ID = 8  # characters of an id that its sender was told
COLUMNS = ("at", "channel", "error", "short_id")  # of the list that leaves: never what a message said


@dataclass(frozen=True)
class Kept:
    id: str
    channel: str
    event_id: str | None
    error: str  # the kind of error, never what the message said
    at: datetime


@dataclass(frozen=True)
class Raw:
    """What came over the wire, as far as it is shown."""

    kept: Kept
    text: str  # bytes that are not UTF-8, and characters that would act on a screen, are written out
    bytes: int
    cut: bool


_KEPT = select(quarantine.c.id, quarantine.c.channel, quarantine.c.event_id, quarantine.c.error, quarantine.c.at)


def quarantined(act: Act) -> list[Kept]:
    rows = act.tx.execute(_KEPT.order_by(quarantine.c.at.desc(), quarantine.c.id).limit(MOST_LISTED))
    return [Kept(*row) for row in rows]


def leaving(act: Act) -> Iterator[dict[str, Any]]:
    """All that are kept, newest first, with the columns of the list that leaves."""
    for row in act.tx.execute(_KEPT.order_by(quarantine.c.at.desc(), quarantine.c.id)):
        whole = {"at": told_at(row.at), "channel": row.channel, "error": row.error, "short_id": row.id[:SHORT_ID]}
        yield {column: whole[column] for column in COLUMNS}


def find_kept(act: Act, kept_id: str) -> Kept | None:
    """What is known of a message without opening it."""
    row = act.tx.execute(_KEPT.where(quarantine.c.id == kept_id)).first()
    return Kept(*row) if row else None


def open_raw(act: Act, kept_id: str, purpose: str) -> Raw:
    """Opens a raw message for a stated purpose: it may name its sender. Raises Refusal: gone, purpose_wanted."""
    purpose = stated(purpose)
    kept = find_kept(act, kept_id)
    if kept is None:
        raise Refusal(Common.GONE)
    sealed = act.tx.execute(select(quarantine.c.sealed).where(quarantine.c.id == kept_id)).scalar_one()
    data = act.vault.open_bytes(sealed, "quarantine")
    audit.append(act, "quarantine_opened", kept_id, {"purpose": purpose})
    return Raw(kept, _visible(data[:LARGEST_SHOWN]), len(data), len(data) > LARGEST_SHOWN)


def _visible(data: bytes) -> str:
    text = data.decode("utf-8", errors="backslashreplace")
    return written_out(text)
