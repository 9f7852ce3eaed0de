"""The records of evidence: the original sealed and stored once, shown only as a clean copy.

A piece is a row from the moment its report is submitted. Its bytes come at once (web upload) or later (a download from
the channel, retried by `due`); whatever happens to them, the report stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, insert, or_, select, update

from conversation.messages import Media
from models.tables import FETCHING, entries, evidence
from models.types import AT_ONCE
from services.evidence.store import Forgotten, Original, Stored
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.moments import first_of_day, oldest_first
from services.foundation.vault import new_id
from services.foundation.wording import readable
from services.people import Contact

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"
UPLOADED = "kept:"  # begins the reference of a piece whose bytes are here already
LONGEST_WAIT = timedelta(hours=1)  # for another try
LEASE = timedelta(minutes=6)  # cleaning a long video takes up to four minutes
MOST_ATTEMPTS = 10
MOST_WAITING = 10_000  # pieces among which the next is chosen
OPENED_AT_ONCE = 500
FORGOTTEN_AT_ONCE = 100


@dataclass(frozen=True)
class Wanted:
    """A piece whose bytes are still with the channel, or of which there is no copy yet."""

    id: str
    channel: str
    ref: str
    attempts: int  # this one too; of fetching it, then of cleaning it
    sha256: str | None = None  # of the original, where that lies here already
    sender: str = ""  # the contact


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
    ours: bool = False  # whether the office enclosed it with its own words


# What lies here, or is on its way; what the office encloses with its own words is no evidence.
HELD = (evidence.c.state != REFUSED) & ~evidence.c.ours


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
        row = {
            "id": piece_id,
            "kind": piece.kind,
            "state": WAITING,
            "ours": False,
            "due_at": AT_ONCE,
            **_of_report(act),
            **place,
        }
        act.tx.execute(insert(evidence).values(**row, sealed=act.vault.identities.seal(source, f"evidence {piece_id}")))
        act.wrote(evidence, row)


def _of_report(act: Act) -> dict[str, Any]:
    """What a piece of a report tells of its moment: the day."""
    return {"created_at": first_of_day(act.now), "taken_at": None}


def _claim_upload(act: Act, contact: Contact, piece_id: str, place: dict[str, Any]) -> None:
    """Ties an upload to its report: only the uploader's own piece, and only once."""
    free = (evidence.c.id == piece_id) & evidence.c.subject_id.is_(None)
    sealed = act.tx.execute(select(evidence.c.sealed).where(free)).scalar()
    if sealed is not None and act.vault.identities.open(sealed, f"evidence {piece_id}")["contact"] == contact.id:
        act.tx.execute(update(evidence).where(free).values(**_of_report(act), **place))
        act.wrote(evidence, piece_id)


def add_upload(act: Act, contact_id: str, name: str | None, stored: Stored) -> Media:
    """Adds the row of an upload that is cleaned; returns the reference for the session."""
    _add(act, contact_id, name, stored.id, {"state": KEPT, "due_at": AT_ONCE, **stored.columns()})
    return Media(UPLOADED + stored.id, stored.kind, stored.bytes)


def hold_upload(act: Act, contact_id: str, name: str | None, piece_id: str, original: Original) -> Media:
    """The same of one whose original alone lies here. Whoever holds it cleans it; should that one die, others will."""
    held = {"kind": original.kind, "sha256": original.sha256, "bytes": original.bytes}
    _add(act, contact_id, name, piece_id, {"state": WAITING, "due_at": act.now + LEASE, "attempts": 1, **held})
    return Media(UPLOADED + piece_id, original.kind, original.bytes)


def drop_upload(act: Act, piece_id: str) -> list[Forgotten]:
    """Deletes the row of an upload that is refused; its files go by `Store.forget` after the commit."""
    unused = (evidence.c.id == piece_id) & evidence.c.subject_id.is_(None)
    gone = act.tx.execute(delete(evidence).where(unused).returning(evidence.c.id, evidence.c.sha256)).all()
    return _forgotten(act, [(row.id, row.sha256) for row in gone])


def _add(act: Act, contact_id: str, name: str | None, piece_id: str, values: dict[str, Any]) -> None:
    source = {"channel": FETCHING, "ref": None, "name": name, "contact": contact_id}
    sealed = act.vault.identities.seal(source, f"evidence {piece_id}")
    act.tx.execute(insert(evidence).values(id=piece_id, created_at=act.now, sealed=sealed, **values))


def take(act: Act, contact_id: str, refs: Sequence[str]) -> list[Media] | None:
    """The contact's own uploads with these references, in order, submitted or not; None when one is not theirs.

    They belong to a conversation from here on, and are kept as long as one may lie.
    """
    ids = [ref.removeprefix(UPLOADED) for ref in refs]
    columns = evidence.c.id, evidence.c.kind, evidence.c.bytes, evidence.c.sealed
    rows = act.tx.execute(select(*columns).where(evidence.c.id.in_(ids), evidence.c.sha256.is_not(None)))
    own = {
        row.id: Media(UPLOADED + row.id, row.kind, row.bytes)
        for row in rows
        if act.vault.identities.open(row.sealed, f"evidence {row.id}")["contact"] == contact_id
    }
    if not own.keys() >= set(ids):
        return None
    act.tx.execute(update(evidence).where(evidence.c.id.in_(ids)).values(taken_at=act.now))
    return [own[piece_id] for piece_id in ids]


def forget_unused(act: Act, older_than: datetime, *, taken: bool = False) -> list[Forgotten]:
    """Deletes the rows of the oldest uploads that no report has used since, some at once; their files go by
    `Store.forget` after the commit.

    `taken`: also those that somebody's unfinished conversation holds.
    """
    unused = evidence.c.subject_id.is_(None) & (evidence.c.created_at < older_than)
    if not taken:
        unused &= evidence.c.taken_at.is_(None)
    oldest = select(evidence.c.id).where(unused).order_by(evidence.c.created_at).limit(FORGOTTEN_AT_ONCE)
    ids = act.tx.execute(oldest).scalars().all()
    mine = evidence.c.id.in_(ids) & evidence.c.subject_id.is_(None)
    gone = act.tx.execute(delete(evidence).where(mine).returning(evidence.c.id, evidence.c.sha256)).all()
    return _forgotten(act, [(row.id, row.sha256) for row in gone])


def forget_senders(act: Act, subject_id: str) -> None:
    """Gives up from whom the pieces about a subject came, and how their files were called; not of one still to come."""
    here = evidence.c.subject_id == subject_id, evidence.c.state != WAITING
    for piece_id in act.tx.execute(select(evidence.c.id).where(*here)).scalars().all():
        nobody = {"channel": "", "ref": "", "name": None, "contact": ""}
        sealed = act.vault.identities.seal(nobody, f"evidence {piece_id}")
        act.tx.execute(update(evidence).where(evidence.c.id == piece_id).values(sealed=sealed))


def forget_all(act: Act, subject_id: str) -> list[Forgotten]:
    """Deletes the rows of all pieces about a subject; their files go by `Store.forget` after the commit."""
    mine = evidence.c.subject_id == subject_id
    gone = act.tx.execute(delete(evidence).where(mine).returning(evidence.c.id, evidence.c.sha256)).all()
    for row in gone:
        act.wrote(evidence, row.id)
    return _forgotten(act, [(row.id, row.sha256) for row in gone])


def _forgotten(act: Act, gone: Sequence[tuple[str, str | None]]) -> list[Forgotten]:
    """The files of pieces that are gone: an original stays where another piece has the same bytes."""
    hashes = {sha256 for _, sha256 in gone if sha256}
    still = set(act.tx.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))).scalars())
    return [Forgotten(one, sha256 if sha256 not in still else None) for one, sha256 in gone]


def _is_due(act: Act) -> ColumnElement[bool]:
    """What no try puts off for so long was put off by a clock that was ahead."""
    return or_(evidence.c.due_at <= act.now, evidence.c.due_at > act.now + 2 * LONGEST_WAIT)


def waiting(act: Act, known: Mapping[str, str]) -> dict[str, str]:
    """The pieces that are due, the oldest first, each with its sender. `known`: what this gave before."""
    due = select(evidence.c.id).where(evidence.c.state == WAITING, _is_due(act))
    ids = act.tx.execute(due.order_by(evidence.c.due_at, evidence.c.created_at).limit(MOST_WAITING)).scalars().all()
    unknown = [one for one in ids if one not in known]
    found: dict[str, str] = {}
    for start in range(0, len(unknown), OPENED_AT_ONCE):
        some = unknown[start : start + OPENED_AT_ONCE]
        for row in act.tx.execute(select(evidence.c.id, evidence.c.sealed).where(evidence.c.id.in_(some))):
            found[row.id] = act.vault.identities.open(row.sealed, f"evidence {row.id}")["contact"]
    return {one: known.get(one) or found.get(one, "") for one in ids}


def lease(act: Act, piece_id: str) -> Wanted | None:
    """Takes a piece that is due; None where another has taken it meanwhile."""
    due = (evidence.c.id == piece_id) & (evidence.c.state == WAITING) & _is_due(act)
    columns = evidence.c.id, evidence.c.sealed, evidence.c.attempts, evidence.c.sha256
    row = act.tx.execute(select(*columns).where(due).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    leased = {"due_at": act.now + LEASE, "attempts": row.attempts + 1}
    act.tx.execute(update(evidence).where(evidence.c.id == piece_id).values(**leased))
    source = act.vault.identities.open(row.sealed, f"evidence {row.id}")
    return Wanted(row.id, source["channel"], source["ref"], row.attempts + 1, row.sha256, source["contact"])


def hold(act: Act, wanted: Wanted, original: Original) -> None:
    """Notes that the original lies here, so that nothing is fetched again; tries are counted anew."""
    values = {"sha256": original.sha256, "bytes": original.bytes, "attempts": 1, "due_at": act.now + LEASE}
    act.tx.execute(update(evidence).where(evidence.c.id == wanted.id, evidence.c.state == WAITING).values(**values))
    act.wrote(evidence, wanted.id)
    audit.append(act, "evidence_held", wanted.id)


def keep(act: Act, stored: Stored) -> None:
    act.tx.execute(
        update(evidence).where(evidence.c.id == stored.id).values(state=KEPT, due_at=AT_ONCE, **stored.columns())
    )
    act.wrote(evidence, stored.id)
    audit.append(act, "evidence_kept", stored.id)


def refuse(act: Act, piece_id: str, code: str) -> list[Forgotten]:
    """Marks a piece as refused. Its original, where there is one, goes by `Store.forget` after the commit."""
    mine = evidence.c.id == piece_id
    sha256 = act.tx.execute(select(evidence.c.sha256).where(mine)).scalar()
    act.tx.execute(
        update(evidence).where(mine).values(state=REFUSED, due_at=AT_ONCE, error=code, sha256=None, bytes=None)
    )
    act.wrote(evidence, piece_id)
    audit.append(act, "evidence_refused", piece_id, {"why": code})
    return _forgotten(act, [(piece_id, sha256)])


def postpone(act: Act, wanted: Wanted) -> None:
    """Puts off the next try, with growing waits."""
    later = act.now + min(LONGEST_WAIT, timedelta(seconds=5 * 2**wanted.attempts))
    mine = evidence.c.id == wanted.id
    act.tx.execute(update(evidence).where(mine).values(due_at=later, attempts=wanted.attempts))


def pieces_of(act: Act, subject_id: str) -> list[Piece]:
    """The pieces of a report: those that came with it, then those of each addition, in the order they were sent.

    Several uploads of one message end in any order, so their own times do not tell it.
    """
    rows = act.tx.execute(select(evidence).where(evidence.c.subject_id == subject_id)).all()
    columns = entries.c.id, entries.c.at, entries.c.exact
    said = act.tx.execute(select(*columns).where(entries.c.subject_id == subject_id)) if rows else ()
    place: dict[str | None, int] = {row.id: nth for nth, (_, row) in enumerate(oldest_first(act, said), 1)}
    sent = sorted(rows, key=lambda row: (place.get(row.entry_id, 0), row.position))
    return [replace(_piece(row), number=number) for number, row in enumerate(sent, 1)]


def file_names(act: Act, subject_id: str) -> dict[str, str]:
    """The file names of pieces, by piece. Never for a citizen's evidence, as such a name gives people away."""
    sent = act.tx.execute(select(evidence.c.id, evidence.c.sealed).where(evidence.c.subject_id == subject_id))
    named = ((row.id, act.vault.identities.open(row.sealed, f"evidence {row.id}").get("name")) for row in sent)
    return {piece_id: readable(name) for piece_id, name in named if name}


def find_piece(act: Act, piece_id: str) -> Piece | None:
    """A piece of a submitted report."""
    submitted = (evidence.c.id == piece_id) & evidence.c.subject_id.is_not(None)
    row = act.tx.execute(select(evidence).where(submitted)).first()
    return _piece(row) if row else None


def _piece(row: Any) -> Piece:
    has_copy = row.state == KEPT and (row.kind != "file" or row.ours)
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
        ours=row.ours,
    )
