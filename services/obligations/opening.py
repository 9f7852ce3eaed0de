"""Opens one obligation with everything that its unit and the office see alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.tables import entries, extensions, obligations, reminders
from services import evidence
from services.foundation.act import Act
from services.foundation.history import seen_as
from services.obligations.kinds import Kinds
from services.obligations.ladder import TOLD
from services.obligations.listing import one
from services.obligations.not_ours import not_ours_by, why_not_ours
from services.obligations.values import NOT_OURS, WAITING, Dossier, Extension, Happened, Reminded
from services.units import unit_names


def look(act: Act, kinds: Kinds, obligation_id: str) -> Dossier | None:
    """The obligation with its history; None where there is none."""
    obligation = one(act, kinds, obligation_id)
    if obligation is None:
        return None
    asked = act.tx.execute(select(obligations.c.asked).where(obligations.c.id == obligation.id)).scalar_one()
    history, more = _history(act, obligation.id), _extensions(act, obligation.id)
    waiting = next((one for one in more if one.state == WAITING), None)
    unit = unit_names(act, [obligation.unit_id]).get(obligation.unit_id, "")
    sight = kinds[obligation.kind].sight(act, obligation.subject_id, unit, asked)
    seen = seen_as(act, obligation.id, obligation.state, obligation.subject_id)
    said = any(entry.kind == NOT_OURS for entry in history)
    why = why_not_ours(act, kinds, obligation.kind, obligation.created_at, said=said)
    by = not_ours_by(act, obligation.kind, obligation.created_at) if obligation.owed and why is None else None
    return Dossier(obligation, asked, history, more, waiting, seen, sight, by, why)


def _history(act: Act, obligation_id: str) -> tuple[Happened, ...]:
    pieces = evidence.pieces_of(act, obligation_id)
    rows = act.tx.execute(
        select(entries).where(entries.c.subject_id == obligation_id).order_by(entries.c.at, entries.c.id)
    )
    return tuple(
        Happened(
            row.kind,
            row.actor,
            row.text,
            row.at.astimezone(act.now.tzinfo),
            tuple(piece for piece in pieces if piece.entry_id == row.id),
            row.detail or {},
        )
        for row in rows
    )


def _extensions(act: Act, obligation_id: str) -> tuple[Extension, ...]:
    rows = act.tx.execute(
        select(extensions).where(extensions.c.obligation_id == obligation_id).order_by(extensions.c.asked_at)
    ).mappings()
    return tuple(_extension(row, act.now) for row in rows)


def _extension(row: Any, now: datetime) -> Extension:
    values = {name: row[name] for name in Extension.__dataclass_fields__}
    moments = {name: values[name] and values[name].astimezone(now.tzinfo) for name in values if name.endswith("_at")}
    return Extension(**{**values, **moments})


def reminded(act: Act, obligation_id: str) -> tuple[Reminded, ...]:
    """The reminders that went out by themselves, oldest first; for the office alone."""
    fired = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_not(None), reminders.c.kind != TOLD
    rows = act.tx.execute(select(reminders).where(*fired).order_by(reminders.c.fired_at, reminders.c.id))
    return tuple(Reminded(row.kind, row.to, row.by, row.step, row.fired_at.astimezone(act.now.tzinfo)) for row in rows)


def file_names(act: Act, obligation_id: str) -> dict[str, str]:
    """The names of the files that the unit sent, by piece: a unit, unlike a citizen, is known to the office anyway."""
    return evidence.file_names(act, obligation_id)
