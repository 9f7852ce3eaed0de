"""Evidence: the original sealed and stored once, shown only as a clean copy. A report never waits for a picture.

A piece is a row from the moment its report is submitted. Its bytes come at once (web upload) or later (a download from
the channel, retried by `due`); whatever happens to them, the report stands.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from conversation.messages import Media
from models.tables import evidence
from services.contacts import Contact
from services.media import Cleaned, Limits, Refused, clean_apart
from services.vault import Vault, new_id

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"
UPLOADED = "kept:"  # a reference that starts so names a piece whose bytes are here already
LIMITS = Limits()
LEASE = timedelta(minutes=6)  # cleaning a long video takes up to four
MOST_ATTEMPTS = 10
CLEANED_AT_ONCE = 2  # each takes a core and up to 1 GiB


@dataclass(frozen=True)
class Wanted:
    """A piece whose bytes are still with the channel."""

    id: str
    channel: str
    ref: str
    attempts: int


@dataclass(frozen=True)
class Piece:
    """A piece as it may be shown: nothing of where it came from, no file name."""

    id: str
    kind: str
    state: str
    mime: str | None
    width: int | None
    height: int | None
    seconds: float | None
    error: str | None
    entry_id: str | None
    has_copy: bool
    has_thumbnail: bool
    caption: str | None = None


@dataclass(frozen=True)
class Forgotten:
    """An upload that was never submitted. `sha256` names its original where no other piece has the same bytes."""

    id: str
    sha256: str | None


def attach(
    tx: Connection, vault: Vault, now: datetime, contact: Contact, subject_id: str, media: Sequence[Media],
    entry_id: str | None = None,
) -> None:  # fmt: skip
    """Ties the pieces of a submitted report to it."""
    for position, piece in enumerate(media):
        place = {
            "subject_id": subject_id, "entry_id": entry_id, "position": position, "caption": piece.caption,
        }  # fmt: skip
        if piece.ref.startswith(UPLOADED):
            _claim_upload(tx, vault, contact, piece.ref.removeprefix(UPLOADED), place)
            continue
        source = {"channel": contact.channel, "ref": piece.ref, "name": piece.name, "contact": contact.id}
        piece_id = new_id()
        row = {"id": piece_id, "kind": piece.kind, "state": WAITING, "due_at": now, "created_at": now, **place}
        tx.execute(insert(evidence).values(**row, sealed=vault.seal(source, f"evidence {piece_id}")))


def _claim_upload(tx: Connection, vault: Vault, contact: Contact, piece_id: str, place: dict[str, Any]) -> None:
    """Only the uploader's own piece, and only once."""
    free = (evidence.c.id == piece_id) & evidence.c.subject_id.is_(None)
    sealed = tx.execute(select(evidence.c.sealed).where(free)).scalar()
    if sealed is not None and vault.open(sealed, f"evidence {piece_id}")["contact"] == contact.id:
        tx.execute(update(evidence).where(free).values(**place))


def add_upload(tx: Connection, vault: Vault, now: datetime, contact_id: str, name: str | None, stored: Stored) -> Media:
    """The row of an upload whose bytes are stored; returns the reference for the session."""
    piece_id = stored.id
    source = {"channel": "web", "ref": None, "name": name, "contact": contact_id}
    tx.execute(
        insert(evidence).values(
            id=piece_id, state=KEPT, due_at=now, created_at=now,
            sealed=vault.seal(source, f"evidence {piece_id}"), **stored.columns(),
        )
    )  # fmt: skip
    return Media(UPLOADED + piece_id, stored.kind, stored.bytes)


def uploads(tx: Connection, vault: Vault, contact_id: str, refs: Sequence[str]) -> list[Media] | None:
    """The contact's own uploads of these references, in their order, submitted or not; None when one is not theirs."""
    ids = [ref.removeprefix(UPLOADED) for ref in refs]
    columns = evidence.c.id, evidence.c.kind, evidence.c.bytes, evidence.c.sealed
    rows = tx.execute(select(*columns).where(evidence.c.id.in_(ids), evidence.c.sha256.is_not(None)))
    own = {
        row.id: Media(UPLOADED + row.id, row.kind, row.bytes)
        for row in rows
        if vault.open(row.sealed, f"evidence {row.id}")["contact"] == contact_id
    }
    return [own[piece_id] for piece_id in ids] if own.keys() >= set(ids) else None


def forget_unused(tx: Connection, older_than: datetime) -> list[Forgotten]:
    """Deletes the rows of uploads that no report has taken since; their files go by `Store.forget` after the commit."""
    unused = evidence.c.subject_id.is_(None) & (evidence.c.created_at < older_than)
    gone = tx.execute(delete(evidence).where(unused).returning(evidence.c.id, evidence.c.sha256)).all()
    hashes = {row.sha256 for row in gone if row.sha256}
    still = set(tx.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))).scalars())
    return [Forgotten(row.id, row.sha256 if row.sha256 not in still else None) for row in gone]


def is_due(tx: Connection, now: datetime) -> bool:
    """Whether `due` would find something, without troubling the writer."""
    first = select(evidence.c.id).where(evidence.c.state == WAITING, evidence.c.due_at <= now).limit(1)
    return tx.execute(first).first() is not None


def due(tx: Connection, vault: Vault, now: datetime, most: int) -> list[Wanted]:
    """Takes pieces whose download is due, and leases them."""
    rows = tx.execute(
        select(evidence.c.id, evidence.c.sealed, evidence.c.attempts)
        .where(evidence.c.state == WAITING, evidence.c.due_at <= now)
        .order_by(evidence.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    tx.execute(
        update(evidence)
        .where(evidence.c.id.in_([row.id for row in rows]))
        .values(due_at=now + LEASE, attempts=evidence.c.attempts + 1)
    )
    opened = [(row, vault.open(row.sealed, f"evidence {row.id}")) for row in rows]
    return [Wanted(row.id, source["channel"], source["ref"], row.attempts + 1) for row, source in opened]


def keep(tx: Connection, stored: Stored) -> None:
    tx.execute(update(evidence).where(evidence.c.id == stored.id).values(state=KEPT, **stored.columns()))


def refuse(tx: Connection, piece_id: str, code: str) -> None:
    tx.execute(update(evidence).where(evidence.c.id == piece_id).values(state=REFUSED, error=code))


def postpone(tx: Connection, now: datetime, wanted: Wanted) -> None:
    """Another try later, with growing waits; after the last one the piece is marked as not to be had."""
    if wanted.attempts >= MOST_ATTEMPTS:
        refuse(tx, wanted.id, "gone")
        return
    later = now + timedelta(seconds=min(3600, 5 * 2**wanted.attempts))
    tx.execute(update(evidence).where(evidence.c.id == wanted.id).values(due_at=later))


def pieces(tx: Connection, subject_id: str) -> list[Piece]:
    """Those of the report first, then those of each addition, in the order in which they were sent.

    Several uploads of one message end in any order, so that their own times say nothing.
    """
    began = func.min(evidence.c.created_at).over(partition_by=evidence.c.entry_id)
    rows = tx.execute(
        select(evidence)
        .where(evidence.c.subject_id == subject_id)
        .order_by(evidence.c.entry_id.is_not(None), began, evidence.c.position)
    )
    return [_piece(row) for row in rows]


def piece(tx: Connection, piece_id: str) -> Piece | None:
    """A piece of a submitted report."""
    submitted = (evidence.c.id == piece_id) & evidence.c.subject_id.is_not(None)
    row = tx.execute(select(evidence).where(submitted)).first()
    return _piece(row) if row else None


def _piece(row: Any) -> Piece:
    has_copy = row.state == KEPT and row.kind != "file"
    return Piece(
        row.id, row.kind, row.state, row.mime, row.width, row.height, row.seconds, row.error, row.entry_id,
        has_copy, has_copy and row.kind in ("photo", "video"), row.caption,
    )  # fmt: skip


# --- the files ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """What was made of the bytes of one piece."""

    id: str
    kind: str
    sha256: str
    mime: str
    bytes: int
    width: int | None
    height: int | None
    seconds: float | None
    fingerprint: str | None

    def columns(self) -> dict[str, Any]:
        names = ("kind", "sha256", "mime", "bytes", "width", "height", "seconds", "fingerprint")
        return {name: getattr(self, name) for name in names}


class Store:
    """Two folders: `originals`, sealed with the key file and named by their hash, and `copies`, clean, by piece."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._originals = folder / "originals"
        self._copies = folder / "copies"
        self._vault = vault
        self._at_once = asyncio.Semaphore(CLEANED_AT_ONCE)

    async def put(self, data: bytes, piece_id: str | None = None, *, documents: bool = False) -> Stored:
        """Cleans and stores. Raises media.Refused with what is wrong; then nothing is kept.

        `documents`: a copy is made of documents too, where a clean one can be made.
        """
        if not data:
            raise Refused("empty")
        async with self._at_once:
            cleaned = await clean_apart(data, replace(LIMITS, documents=documents))
        return await asyncio.to_thread(self._write, piece_id or new_id(), data, cleaned)

    def _write(self, piece_id: str, data: bytes, cleaned: Cleaned) -> Stored:
        sha256 = hashlib.sha256(data).hexdigest()
        original = self._original(sha256)
        if not original.exists():
            _write_durably(original, self._vault.seal_bytes(data, f"original {sha256}"))
        if cleaned.copy:
            _write_durably(self._copy(piece_id), cleaned.copy)
        if cleaned.thumbnail:
            _write_durably(self._thumbnail(piece_id), cleaned.thumbnail)
        return Stored(
            piece_id, cleaned.kind, sha256, cleaned.mime, len(data), cleaned.width, cleaned.height, cleaned.seconds,
            cleaned.fingerprint,
        )  # fmt: skip

    def copy_path(self, piece_id: str, *, thumbnail: bool = False) -> Path:
        return self._thumbnail(piece_id) if thumbnail else self._copy(piece_id)

    def forget(self, gone: Sequence[Forgotten]) -> None:
        """Removes the files of these pieces; those that are not there any more are no trouble."""
        for one in gone:
            for path in (self._copy(one.id), self._thumbnail(one.id)):
                path.unlink(missing_ok=True)
            if one.sha256:
                self._original(one.sha256).unlink(missing_ok=True)

    def original(self, sha256: str) -> bytes:
        return self._vault.open_bytes(self._original(sha256).read_bytes(), f"original {sha256}")

    def _original(self, sha256: str) -> Path:
        return self._originals / sha256[:2] / sha256

    def _copy(self, piece_id: str) -> Path:
        return self._copies / piece_id[:2] / piece_id

    def _thumbnail(self, piece_id: str) -> Path:
        return self._copies / piece_id[:2] / f"{piece_id}.small"


def _write_durably(path: Path, data: bytes) -> None:
    """A file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{new_id()}.part")
    with half.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)
