"""Reads a notice with its pictures and files: for the console, for a step under a lock, and for sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from media import is_long
from models.tables import evidence, notices
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import Vault
from services.notices.values import WAITING, Notice, Part, audience_of

PAGE = 50
PART_COLUMNS = (
    evidence.c.id,
    evidence.c.kind,
    evidence.c.mime,
    evidence.c.bytes,
    evidence.c.width,
    evidence.c.height,
    evidence.c.error,
    evidence.c.sealed,
)
_COLUMNS = tuple(column for column in notices.c if column.name not in ("body", "spread_to"))


def look(act: Act, notice_id: str) -> Notice | None:
    row = act.tx.execute(select(*_COLUMNS).where(notices.c.id == notice_id)).first()
    return _notice(row, [part_of(act.vault, part) for part in _parts(act.tx, row)]) if row else None


def listed(act: Act, most: int = PAGE, after: str = "") -> list[Notice]:
    """The newest notices, or those that follow on the one with the id `after`; without their pieces."""
    wanted = select(*_COLUMNS).order_by(notices.c.created_at.desc(), notices.c.id.desc()).limit(most)
    if after:
        then = select(notices.c.created_at).where(notices.c.id == after).scalar_subquery()
        at_once = and_(notices.c.created_at == then, notices.c.id < after)
        wanted = wanted.where(or_(notices.c.created_at < then, at_once))
    return [_notice(row, ()) for row in act.tx.execute(wanted)]


def waiting_for(act: Act) -> int:
    """How many notices wait for a second clerk, where this clerk may be the second."""
    theirs = notices.c.state == WAITING, notices.c.created_by != act.actor
    return act.tx.execute(select(func.count()).select_from(notices).where(*theirs)).scalar_one()


def locked(act: Act, notice_id: str, seen: str | None, *states: str) -> Notice:
    """The notice, its row locked; its files come without their names.

    Raises Refusal: gone, or changed when it is in another state or not what the page saw (None: any).
    """
    row = act.tx.execute(select(*_COLUMNS).where(notices.c.id == notice_id).with_for_update()).first()
    if row is None:
        raise Refusal(Common.GONE)
    notice = _notice(row, [_plain_part(part) for part in _parts(act.tx, row)])
    if notice.state not in states or (seen is not None and seen != notice.seen):
        raise Refusal(Common.CHANGED)
    return notice


def part_of(vault: Vault, row: Any) -> Part:
    """A piece from a row of PART_COLUMNS, with the file's name."""
    part = _plain_part(row)
    if row.kind != "file":
        return part
    return replace(part, name=vault.identities.open(row.sealed, f"evidence {row.id}")["name"])


def _plain_part(row: Any) -> Part:
    long = row.kind == "photo" and is_long(row.width, row.height)
    return Part(row.id, row.kind, None, row.mime, row.bytes, long, row.error)


def _parts(tx: Connection, row: Any) -> Sequence[Any]:
    """The rows of a notice's pieces; a repeated notice has those of the first."""
    mine = select(*PART_COLUMNS).where(evidence.c.subject_id == (row.audience.get("root") or row.id))
    return tx.execute(mine.order_by(evidence.c.position, evidence.c.id)).all()


def _notice(row: Any, parts: Sequence[Part]) -> Notice:
    values = {name: value for name, value in row._mapping.items() if name != "audience"}
    return Notice(**values, audience=audience_of(row.audience), parts=parts)
