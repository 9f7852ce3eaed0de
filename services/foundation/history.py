"""How much has happened around a thing: whoever decides on a page that has been overtaken is refused."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from models.tables import entries, obligations
from services.foundation.act import Act
from services.foundation.refusal import NotDone


def unmoved(act: Act, subject_id: str, state: str, seen: str) -> None:
    """Raises NotDone: changed, where it is in another state, or more happened, than on the page that was `seen`."""
    if seen != seen_as(act, subject_id, state):
        raise NotDone("changed")


def seen_as(act: Act, subject_id: str, state: str) -> str:
    """Names what a page shows of a thing, so that a decision can say what it was taken on."""
    return f"{state}.{_how_much_happened(act.tx, subject_id)}"


def _how_much_happened(tx: Connection, subject_id: str) -> int:
    """What was said about it, and what was handed over because of it; neither ever becomes less."""
    tables = entries, obligations
    counts = (select(func.count()).select_from(t).where(t.c.subject_id == subject_id) for t in tables)
    return sum(tx.execute(count).scalar_one() for count in counts)
