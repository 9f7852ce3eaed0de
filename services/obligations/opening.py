"""One obligation with all that its unit and the office see alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.tables import entries, extensions, obligations, reminders
from models.tables import evidence as evidence_rows
from services import evidence, reach
from services.obligations.kinds import Kinds
from services.obligations.ladder import TOLD
from services.obligations.listing import one
from services.obligations.values import WAITING, Extension, Happened, Reminded, Whole
from services.vault import Vault
from services.wording import readable


def look(tx: Connection, now: datetime, kinds: Kinds, obligation_id: str) -> Whole | None:
    """None where there is none."""
    duty = one(tx, now, kinds, obligation_id)
    if duty is None:
        return None
    asked = tx.execute(select(obligations.c.asked).where(obligations.c.id == duty.id)).scalar_one()
    history, more = _history(tx, now, duty.id), _extensions(tx, now, duty.id)
    waiting = next((one for one in more if one.state == WAITING), None)
    unit = reach.unit_names(tx, [duty.unit_id]).get(duty.unit_id, "")
    sight = kinds[duty.kind].sight(tx, now, duty.subject_id, unit, asked)
    return Whole(duty, asked, history, more, waiting, f"{duty.state}.{len(history)}", sight)


def _history(tx: Connection, now: datetime, obligation_id: str) -> tuple[Happened, ...]:
    pieces = evidence.pieces(tx, obligation_id)
    rows = tx.execute(
        select(entries).where(entries.c.subject_id == obligation_id).order_by(entries.c.at, entries.c.id)
    )  # fmt: skip
    return tuple(
        Happened(
            row.kind, row.actor, row.text, row.at.astimezone(now.tzinfo),
            tuple(piece for piece in pieces if piece.entry_id == row.id),
        )
        for row in rows
    )  # fmt: skip


def _extensions(tx: Connection, now: datetime, obligation_id: str) -> tuple[Extension, ...]:
    rows = tx.execute(
        select(extensions).where(extensions.c.obligation_id == obligation_id).order_by(extensions.c.asked_at)
    ).mappings()
    return tuple(_extension(row, now) for row in rows)


def _extension(row: Any, now: datetime) -> Extension:
    values = {name: row[name] for name in Extension.__dataclass_fields__}
    moments = {name: values[name] and values[name].astimezone(now.tzinfo) for name in values if name.endswith("_at")}
    return Extension(**{**values, **moments})


def reminded(tx: Connection, now: datetime, obligation_id: str) -> tuple[Reminded, ...]:
    """What went out by itself, oldest first: for the office alone."""
    fired = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_not(None), reminders.c.kind != TOLD
    rows = tx.execute(select(reminders).where(*fired).order_by(reminders.c.fired_at, reminders.c.id))
    return tuple(Reminded(row.kind, row.to, row.by, row.step, row.fired_at.astimezone(now.tzinfo)) for row in rows)


def file_names(tx: Connection, vault: Vault, obligation_id: str) -> dict[str, str]:
    """Of the pieces that the unit sent under a name: a unit, unlike a citizen, is known to the office anyway."""
    columns = evidence_rows.c.id, evidence_rows.c.sealed
    sent = tx.execute(select(*columns).where(evidence_rows.c.subject_id == obligation_id))
    named = ((row.id, vault.open(row.sealed, f"evidence {row.id}").get("name")) for row in sent)
    return {piece_id: readable(name) for piece_id, name in named if name}
