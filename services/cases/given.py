"""The pictures and files that have gone to a citizen with the office's words, and who may open them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from models.tables import cases, entries
from services import people
from services.cases.life import Step
from services.cases.steps import ENCLOSED
from services.evidence import Enclosure, copies
from services.foundation.act import Act

_SHARED = (Step.CLOSE, Step.DECLINE, Step.REFER, "interim")  # what a master's citizen is told, and theirs with it


def given(act: Act, case_id: str) -> dict[str, list[Enclosure]]:
    """What has gone to the citizen of a case, by the entry that it went with; what is gone by now is left out."""
    said = {entry_id: ids for entry_id, ids in _ids(act, case_id) if ids}
    return {entry_id: found for entry_id, ids in said.items() if (found := copies(act, ids))}


def given_piece(act: Act, case_id: str, piece_id: str) -> Enclosure | None:
    """A piece that has gone to the citizen of this case; None for any other."""
    if not any(piece_id in ids for _, ids in _ids(act, case_id)):
        return None
    return next(iter(copies(act, [piece_id])), None)


def may_open(act: Act, contact_id: str, piece_id: str) -> Enclosure | None:
    """A piece that this contact may open, because it has gone to a citizen and the contact follows that case."""
    mine = [case_id for case_id, _ in people.owned(act, contact_id, cases)]  # of several that were merged, each has it
    said = select(entries.c.detail).where(entries.c.subject_id.in_(mine), entries.c.detail.is_not(None))
    sent = (row.detail or {} for row in act.tx.execute(said))
    if not any(piece_id in detail.get(ENCLOSED, ()) for detail in sent):
        return None
    return next(iter(copies(act, [piece_id])), None)


def _ids(act: Act, case_id: str) -> Iterator[tuple[str, list[str]]]:
    for row in act.tx.execute(select(entries.c.id, entries.c.detail).where(entries.c.subject_id == case_id)):
        yield row.id, (row.detail or {}).get(ENCLOSED, [])
