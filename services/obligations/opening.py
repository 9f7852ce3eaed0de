"""One obligation with all that its unit and the office see alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.tables import cases, entries, extensions, obligations
from services import evidence, policy, reach
from services.obligations.listing import one
from services.obligations.values import SETTLED, WAITING, Extension, Happened, Whole
from services.policy import UnitSight


def look(tx: Connection, now: datetime, obligation_id: str) -> Whole | None:
    """None where there is none."""
    duty = one(tx, now, obligation_id)
    if duty is None:
        return None
    row = tx.execute(select(obligations.c.asked, obligations.c.subject_id).where(obligations.c.id == duty.id)).one()
    history, more = _history(tx, now, duty.id), _extensions(tx, now, duty.id)
    waiting = next((one for one in more if one.state == WAITING and duty.state not in SETTLED), None)
    sight = _sight(tx, now, row.subject_id, duty.unit_id, row.asked)
    return Whole(duty, row.asked, history, more, waiting, f"{duty.state}.{len(history)}", sight)


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


def _sight(tx: Connection, now: datetime, case_id: str | None, unit_id: str, asked: str) -> UnitSight | None:
    row = tx.execute(select(cases).where(cases.c.id == case_id)).mappings().first() if case_id else None
    if row is None or now.tzinfo is None:
        return None
    unit = reach.unit_names(tx, [unit_id]).get(unit_id, "")
    return policy.sight_of_case(dict(row), unit, asked, now.tzinfo)
