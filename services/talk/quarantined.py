"""Messages that could not be understood, kept raw and sealed, as a clerk sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from conversation.text import written_out
from models.tables import quarantine
from services.foundation import audit
from services.foundation.act import Act

MOST_LISTED = 200
LARGEST_SHOWN = 20_000  # bytes


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


def open_raw(act: Act, kept_id: str) -> Raw | None:
    """Opens a raw message. It may name its sender, so opening it is an audited act."""
    row = act.tx.execute(_KEPT.where(quarantine.c.id == kept_id)).first()
    if row is None:
        return None
    sealed = act.tx.execute(select(quarantine.c.sealed).where(quarantine.c.id == kept_id)).scalar_one()
    data = act.vault.open_bytes(sealed, "quarantine")
    audit.append(act, "quarantine_opened", kept_id)
    return Raw(Kept(*row), _visible(data[:LARGEST_SHOWN]), len(data), len(data) > LARGEST_SHOWN)


def _visible(data: bytes) -> str:
    text = data.decode("utf-8", errors="backslashreplace")
    return written_out(text)
