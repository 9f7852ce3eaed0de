"""Opens a report, its evidence and its originals. Each opening leaves an event in the audit chain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from models.tables import FETCHING, cases, entries, evidence, notices, obligations, visits
from services import people
from services.cases import ENCLOSED, CaseCode, intake_of, is_shown, items_of, ratings_of, shown
from services.desk import glances
from services.desk.merging import children, master_of
from services.desk.tagging import tags_of
from services.desk.values import VISIT, Original, Report, Said
from services.evidence import Piece, find_piece, pieces_of
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.history import require_unmoved, seen_as
from services.foundation.moments import oldest_first, opened_or_day
from services.foundation.purpose import stated
from services.foundation.refusal import Common, Refusal
from services.obligations import promised


def open_report(act: Act, report_id: str) -> Report | None:
    """Opens the report with everything said about it; from now on it counts as read.

    None where there is none, and where whoever acts may not see it.
    """
    if not is_shown(act, report_id) or not _mark_read(act, report_id)[0]:
        return None
    audit.append(act, "report_opened", report_id)
    return look(act, report_id)


def mark_read(act: Act, report_id: str, seen: str) -> bool:
    """Marks a report as read that was read in the list; always returns True.

    Raises Refusal: gone, changed (the citizen may have added something), decided (it is read already).
    """
    found = _case(act, report_id) or _visit(act, report_id)
    if found is None:
        raise Refusal(Common.GONE)
    require_unmoved(act, report_id, found["state"], seen)
    if not _mark_read(act, report_id)[1]:
        raise Refusal(CaseCode.DECIDED)
    audit.append(act, "report_marked_read", report_id)
    return True


def look(act: Act, report_id: str) -> Report | None:
    """The report without marking it as read, for somebody who has it open already."""
    found = _case(act, report_id) or _visit(act, report_id)
    if found is None:
        return None
    pieces = pieces_of(act, report_id)
    said = _said(act, report_id, pieces)
    first = tuple(piece for piece in pieces if piece.entry_id is None)
    seen = seen_as(act, report_id, found["state"])
    owed = promised(act, [report_id]).get(report_id)
    rated = ratings_of(act, [report_id]).get(report_id, ())
    return Report(**found, pieces=first, said=said, seen=seen, promised=owed, ratings=rated)


def open_copy(act: Act, piece_id: str, *, tell: bool = True) -> Piece | None:
    """A piece of evidence to be shown. `tell` is off for the later parts of a video that is being played."""
    piece = find_piece(act, piece_id)
    if piece is None or not is_shown(act, _subject_of(act, piece_id)):
        return None
    if piece.has_copy and tell:
        audit.append(act, "evidence_opened", piece_id)
    return piece


def open_original(act: Act, piece_id: str, purpose: str) -> Original:
    """Opens a sealed original for a stated purpose. Raises Refusal: gone, purpose_wanted."""
    purpose = stated(purpose)
    row = act.tx.execute(
        select(evidence.c.sha256, evidence.c.subject_id).where(
            evidence.c.id == piece_id, evidence.c.subject_id.is_not(None), evidence.c.sha256.is_not(None)
        )
    ).first()
    if row is None or not is_shown(act, row.subject_id):
        raise Refusal(Common.GONE)
    tables = cases, visits, obligations, notices
    numbers = (act.tx.execute(select(t.c.number).where(t.c.id == row.subject_id)).scalar() for t in tables)
    number = next(filter(None, numbers))
    place = next(piece.number for piece in pieces_of(act, row.subject_id) if piece.id == piece_id)
    audit.append(act, "original_opened", piece_id, {"report": row.subject_id, "purpose": purpose})
    return Original(row.sha256, f"{number}-{place}")


def _subject_of(act: Act, piece_id: str) -> str | None:
    return act.tx.execute(select(evidence.c.subject_id).where(evidence.c.id == piece_id)).scalar()


def _mark_read(act: Act, report_id: str) -> tuple[bool, bool]:
    """Marks the report as read; returns whether there is one, and whether it was unread.

    Done first: on PostgreSQL additions must wait, so that nothing unseen is marked.
    """
    for table in (cases, visits):
        known = select(table.c.read).where(table.c.id == report_id).with_for_update()
        read = act.tx.execute(known).scalar()
        if read is False:
            act.tx.execute(update(table).where(table.c.id == report_id).values(read=True))
            glances.leave(act, report_id)
        if read is not None:
            return True, not read
    return False, False


def _case(act: Act, report_id: str) -> dict[str, Any] | None:
    row = act.tx.execute(select(cases).where(cases.c.id == report_id, shown(act))).first()
    if row is None:
        return None
    return {
        "id": row.id,
        "kind": row.kind,
        "number": row.number,
        "source": row.source,
        "unit_id": row.unit_id,
        "category": row.category,
        "method": None,
        "text": row.what,
        "staff": row.staff,
        "happened": row.happened,
        "named": row.named,
        "findings": {},
        "waited_minutes": None,
        "state": row.state,
        "received_at": opened_or_day(act.vault, row.received, row.id, row.received_on, act.now.tzinfo),
        "decided_on": row.decided_on,
        "outcomes": row.outcomes or (),
        "recovered": row.recovered,
        "assigned_to": row.assigned_to,
        "confined": row.confined,
        "priority": row.priority,
        "appeal": row.appeal,
        "tags": tags_of(act, [row.id])[row.id],
        "about": _about(act, row.about_id),
        "asked_until": row.asked_until,
        "master": master_of(act, row.master_id),
        "children": children(act, report_id),
        "items": items_of(act, report_id),
        **_entered(act, report_id, named=row.named),
    }


def _entered(act: Act, case_id: str, *, named: bool) -> dict[str, Any]:
    """What a clerk noted who entered the case, and how its citizen can be reached."""
    intake, followed = intake_of(act, case_id), people.followed_on(act, case_id)
    reach = ("web_phone" if named else "web") if followed == {FETCHING} else ""
    if intake is None:
        return {"reach": reach}
    if not people.followed(act, [case_id]):
        reach = "phone" if intake.phoned else "none"
    return {"source_number": intake.number, "arrived_on": intake.arrived_on, "reach": reach}


def _about(act: Act, case_id: str | None) -> tuple[str, str] | None:
    """Id and number of the case because of which there is this one."""
    row = act.tx.execute(select(cases.c.id, cases.c.number).where(cases.c.id == case_id)).first()
    return (row.id, row.number) if row else None


def _visit(act: Act, report_id: str) -> dict[str, Any] | None:
    row = act.tx.execute(select(visits).where(visits.c.id == report_id)).first()
    if row is None:
        return None
    return {
        "id": row.id,
        "kind": VISIT,
        "number": row.number,
        "source": None,
        "unit_id": row.unit_id,
        "category": None,
        "method": row.method,
        "text": row.note,
        "staff": None,
        "happened": None,
        "named": False,
        "findings": row.findings,
        "waited_minutes": row.waited_minutes,
        "state": row.state,
        "received_at": opened_or_day(act.vault, row.received, row.id, row.received_on, act.now.tzinfo),
        "decided_on": None,
    }


def _said(act: Act, report_id: str, pieces: list[Piece]) -> list[Said]:
    columns = (entries.c[name] for name in ("id", "kind", "actor", "text", "at", "exact", "detail"))
    rows = oldest_first(act, act.tx.execute(select(*columns).where(entries.c.subject_id == report_id)))
    said: list[Said] = []
    for at, row in rows:
        moved = dict(row.detail or {})
        item = moved.pop("item", None)
        sent = [find_piece(act, one) for one in moved.pop(ENCLOSED, ())]  # tied to a unit's answer, or a master's
        own = [one for one in pieces if one.entry_id == row.id]
        theirs = [one for one in sent if one is not None and one.entry_id != row.id]
        said.append(Said(row.kind, row.actor, row.text, at, [*own, *theirs], moved, item))
    return said
