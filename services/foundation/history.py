"""Counts what has happened around a thing, so that a decision on a page that has been overtaken is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from models.tables import cases, entries, obligations
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal


def require_unmoved(act: Act, subject_id: str, state: str, seen: str, about: str | None = None) -> None:
    """Checks that nothing has happened to a thing since the page that was `seen`. Raises Refusal: changed."""
    if seen != seen_as(act, subject_id, state, about):
        raise Refusal(Common.CHANGED)


def seen_as(act: Act, subject_id: str, state: str, about: str | None = None) -> str:
    """A token of what a page shows of a thing, so that a decision can say what it was taken on.

    `about`: what the thing is about, if anything: whatever happens around that counts as well, and around cases that
    are answered with it.
    """
    around = [one for one in (subject_id, about) if one]
    happened = sum(_how_much_happened(act.tx, one) for one in around)
    return ".".join((state, str(happened), *_merged(act.tx, around)))


def _merged(tx: Connection, subject_ids: list[str]) -> list[str]:
    """How many cases are merged under these, and how much was said about them; nothing where there are none."""
    said = select(cases.c.id, func.count(entries.c.id).label("many")).select_from(cases)
    said = said.outerjoin(entries, entries.c.subject_id == cases.c.id).where(cases.c.master_id.in_(subject_ids))
    found = tx.execute(said.group_by(cases.c.id)).all()
    return [str(len(found)), str(sum(row.many for row in found))] if found else []


def seen_of(act: Act, states: Mapping[str, str]) -> dict[str, str]:
    """The tokens of many things that are about nothing else, by id; `states`: theirs."""
    said = select(entries.c.subject_id, func.count()).where(entries.c.subject_id.in_(states))
    handed = obligations.c.subject_id.in_(states), obligations.c.unit_id.is_not(None)
    because = select(obligations.c.subject_id, func.count()).where(*handed)
    happened = Counter[str]()
    for counted in (said.group_by(entries.c.subject_id), because.group_by(obligations.c.subject_id)):
        happened.update({row[0]: row[1] for row in act.tx.execute(counted)})
    return {id: f"{state}.{happened[id]}" for id, state in states.items()}


def _how_much_happened(tx: Connection, subject_id: str) -> int:
    """Counts what was said about it and what was handed over because of it; neither ever becomes less."""
    said = select(func.count()).select_from(entries).where(entries.c.subject_id == subject_id)
    handed = obligations.c.subject_id == subject_id, obligations.c.unit_id.is_not(None)
    counts = said, select(func.count()).select_from(obligations).where(*handed)
    return sum(tx.execute(count).scalar_one() for count in counts)
