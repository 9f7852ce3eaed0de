"""The records of evidence: the original sealed and stored once, shown only as a clean copy.

A piece is a row from the moment its report is submitted. Its bytes come at once (web upload) or later (a download from
the channel, retried by `due`); whatever happens to them, the report stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, insert, select, update

from conversation.messages import Media
from models.tables import FETCHING, evidence
from services.evidence.store import Forgotten, Stored
from services.foundation.act import Act
from services.foundation.vault import new_id
from services.foundation.wording import readable
from services.people import Contact

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"
UPLOADED = "kept:"  # begins the reference of a piece whose bytes are here already
LEASE = timedelta(minutes=6)  # cleaning a long video takes up to four minutes
MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class Wanted:
    """A piece whose bytes are still with the channel."""

    id: str
    channel: str
    ref: str
    attempts: int


@dataclass(frozen=True)
class Piece:
    """A piece as it may be shown: nothing of where it came from, and no file name."""

    id: str
    kind: str
    state: str
    mime: str | None
    width: int | None
    height: int | None
    seconds: float | None
    error: str | None
    """Why it was refused; of a piece that is kept, what its copy lacks or why there is none."""
    entry_id: str | None
    has_copy: bool
    has_thumbnail: bool
    caption: str | None = None
    number: int = 0  # among all pieces of its subject, however they are grouped; 0 where it was looked up by itself


HELD = evidence.c.state != REFUSED  # what lies here, or is on its way


def many_of(subject_id: ColumnElement[str]) -> ScalarSelect[int]:
    """How many pieces a subject has, as a column beside it; what was refused is none."""
    return select(func.count()).select_from(evidence).where(evidence.c.subject_id == subject_id, HELD).scalar_subquery()


def attach(act: Act, contact: Contact, subject_id: str, media: Sequence[Media], entry_id: str | None = None) -> None:
    """Ties the pieces of a submitted report to it."""
    for position, piece in enumerate(media):
        place = {"subject_id": subject_id, "entry_id": entry_id, "position": position, "caption": piece.caption}
        if piece.ref.startswith(UPLOADED):
            _claim_upload(act, contact, piece.ref.removeprefix(UPLOADED), place)
            continue
        source = {"channel": contact.channel, "ref": piece.ref, "name": piece.name, "contact": contact.id}
        piece_id = new_id()
        row = {"id": piece_id, "kind": piece.kind, "state": WAITING, "due_at": act.now, "created_at": act.now, **place}
        act.tx.execute(insert(evidence).values(**row, sealed=act.vault.seal(source, f"evidence {piece_id}")))


def _claim_upload(act: Act, contact: Contact, piece_id: str, place: dict[str, Any]) -> None:
    """Ties an upload to its report: only the uploader's own piece, and only once."""
    free = (evidence.c.id == piece_id) & evidence.c.subject_id.is_(None)
    sealed = act.tx.execute(select(evidence.c.sealed).where(free)).scalar()
    if sealed is not None and act.vault.open(sealed, f"evidence {piece_id}")["contact"] == contact.id:
        act.tx.execute(update(evidence).where(free).values(**place))


def add_upload(act: Act, contact_id: str, name: str | None, stored: Stored) -> Media:
    """Adds the row of an upload whose bytes are stored; returns the reference for the session."""
    piece_id = stored.id
    source = {"channel": FETCHING, "ref": None, "name": name, "contact": contact_id}
    act.tx.execute(
        insert(evidence).values(
            id=piece_id,
            state=KEPT,
            due_at=act.now,
            created_at=act.now,
            sealed=act.vault.seal(source, f"evidence {piece_id}"),
            **stored.columns(),
        )
    )
    return Media(UPLOADED + piece_id, stored.kind, stored.bytes)


def uploads(act: Act, contact_id: str, refs: Sequence[str]) -> list[Media] | None:
    """The contact's own uploads with these references, in order, submitted or not; None when one is not theirs."""
    ids = [ref.removeprefix(UPLOADED) for ref in refs]
    columns = evidence.c.id, evidence.c.kind, evidence.c.bytes, evidence.c.sealed
    rows = act.tx.execute(select(*columns).where(evidence.c.id.in_(ids), evidence.c.sha256.is_not(None)))
    own = {
        row.id: Media(UPLOADED + row.id, row.kind, row.bytes)
        for row in rows
        if act.vault.open(row.sealed, f"evidence {row.id}")["contact"] == contact_id
    }
    return [own[piece_id] for piece_id in ids] if own.keys() >= set(ids) else None


def forget_unused(act: Act, older_than: datetime) -> list[Forgotten]:
    """Deletes the rows of uploads that no report has used since; their files go by `Store.forget` after the commit."""
    unused = evidence.c.subject_id.is_(None) & (evidence.c.created_at < older_than)
    gone = act.tx.execute(delete(evidence).where(unused).returning(evidence.c.id, evidence.c.sha256)).all()
    hashes = {row.sha256 for row in gone if row.sha256}
    still = set(act.tx.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))).scalars())
    return [Forgotten(row.id, row.sha256 if row.sha256 not in still else None) for row in gone]


def is_due(act: Act) -> bool:
    """Whether `due` would find something; asked without troubling the writer."""
    first = select(evidence.c.id).where(evidence.c.state == WAITING, evidence.c.due_at <= act.now).limit(1)
    return act.tx.execute(first).first() is not None


def due(act: Act, most: int) -> list[Wanted]:
    """Takes pieces whose download is due, and leases them."""
    rows = act.tx.execute(
        select(evidence.c.id, evidence.c.sealed, evidence.c.attempts)
        .where(evidence.c.state == WAITING, evidence.c.due_at <= act.now)
        .order_by(evidence.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    act.tx.execute(
        update(evidence)
        .where(evidence.c.id.in_([row.id for row in rows]))
        .values(due_at=act.now + LEASE, attempts=evidence.c.attempts + 1)
    )
    opened = [(row, act.vault.open(row.sealed, f"evidence {row.id}")) for row in rows]
    return [Wanted(row.id, source["channel"], source["ref"], row.attempts + 1) for row, source in opened]


def keep(act: Act, stored: Stored) -> None:
    act.tx.execute(update(evidence).where(evidence.c.id == stored.id).values(state=KEPT, **stored.columns()))


def refuse(act: Act, piece_id: str, code: str) -> None:
    act.tx.execute(update(evidence).where(evidence.c.id == piece_id).values(state=REFUSED, error=code))


def postpone(act: Act, wanted: Wanted) -> None:
    """Puts off the download, with growing waits; after the last one the piece is marked as not to be had."""
    if wanted.attempts >= MOST_ATTEMPTS:
        refuse(act, wanted.id, "gone")
        return
    later = act.now + timedelta(seconds=min(3600, 5 * 2**wanted.attempts))
    act.tx.execute(update(evidence).where(evidence.c.id == wanted.id).values(due_at=later))


def pieces_of(act: Act, subject_id: str) -> list[Piece]:
    """The pieces of a report: those that came with it, then those of each addition, in the order they were sent.

    Several uploads of one message end in any order, so their own times do not tell it.
    """
    began = func.min(evidence.c.created_at).over(partition_by=evidence.c.entry_id)
    rows = act.tx.execute(
        select(evidence)
        .where(evidence.c.subject_id == subject_id)
        .order_by(evidence.c.entry_id.is_not(None), began, evidence.c.position)
    )
    return [replace(_piece(row), number=number) for number, row in enumerate(rows, 1)]


def file_names(act: Act, subject_id: str) -> dict[str, str]:
    """The file names of pieces, by piece. Never for a citizen's evidence, as such a name gives people away."""
    sent = act.tx.execute(select(evidence.c.id, evidence.c.sealed).where(evidence.c.subject_id == subject_id))
    named = ((row.id, act.vault.open(row.sealed, f"evidence {row.id}").get("name")) for row in sent)
    return {piece_id: readable(name) for piece_id, name in named if name}


def find_piece(act: Act, piece_id: str) -> Piece | None:
    """A piece of a submitted report."""
    submitted = (evidence.c.id == piece_id) & evidence.c.subject_id.is_not(None)
    row = act.tx.execute(select(evidence).where(submitted)).first()
    return _piece(row) if row else None


def _piece(row: Any) -> Piece:
    has_copy = row.state == KEPT and row.kind != "file"
    return Piece(
        row.id,
        row.kind,
        row.state,
        row.mime,
        row.width,
        row.height,
        row.seconds,
        row.error,
        row.entry_id,
        has_copy,
        has_copy and row.kind in ("photo", "video"),
        row.caption,
    )
