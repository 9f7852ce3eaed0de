"""A notice before it leaves: written, changed, given pictures, files and a list of numbers."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.database import insert_or_ignore
from models.tables import evidence, listeners, notices
from services import audit, contacts, reports
from services import evidence as proof
from services.contacts import SMS
from services.evidence import Forgotten, Stored
from services.media.values import is_long
from services.notices.values import (
    DRAFT,
    LONGEST_TEXT,
    MOST_PIECES,
    Audience,
    Notice,
    NotSent,
    Part,
    Written,
    audience_of,
    variable_in,
)
from services.vault import Vault, new_id
from services.wording import readable

LONGEST_NAME = 60  # characters of a file's name, without its ending
PAGE = 50
PART_COLUMNS = (
    evidence.c.id, evidence.c.kind, evidence.c.mime, evidence.c.bytes, evidence.c.width, evidence.c.height,
)  # fmt: skip


def draft(tx: Connection, now: datetime, clerk_id: str, written: Written) -> str:
    """A new notice that nobody gets yet; returns its id. Raises NotSent: text_wanted, text_too_long, variable_left."""
    texts = _worded(written.texts)
    row = {
        "id": new_id(), "number": reports.next_number(tx, now, "notice", "N"), "state": DRAFT, "texts": texts,
        "audience": replace(written.audience, listed=0, root=None).plain(), "acknowledges": written.acknowledges,
        "created_at": now, "created_by": clerk_id,
    }  # fmt: skip
    tx.execute(insert(notices).values(**row))
    audit.append(tx, now, clerk_id, "notice_written", row["id"], {"number": row["number"]})
    return row["id"]


def rewrite(tx: Connection, now: datetime, clerk_id: str, notice_id: str, seen: str, written: Written) -> None:
    """Other words, another audience. Whoever changes a notice becomes its author: somebody else has to release it.

    The recipients of a notice that is sent again stay as they are. Raises NotSent as `draft`, and gone, changed.
    """
    notice = locked(tx, notice_id, seen, DRAFT)
    texts = _worded(written.texts)
    kept = notice.audience
    audience = kept if kept.root else replace(written.audience, listed=kept.listed, root=None)
    values = {"texts": texts, "audience": audience.plain(), "acknowledges": written.acknowledges}
    _change(tx, notice_id, created_by=clerk_id, **values)
    audit.append(tx, now, clerk_id, "notice_rewritten", notice_id, {"number": notice.number})


def attach(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, notice_id: str, name: str | None, stored: Stored
) -> None:
    """A cleaned and stored picture or file. Raises NotSent: gone, changed, too_many_pieces."""
    notice = locked(tx, notice_id, None, DRAFT)
    if len(notice.parts) >= MOST_PIECES or notice.audience.root:
        raise NotSent("too_many_pieces", "files")
    proof.add_upload(tx, vault, now, clerk_id, _file_name(name, stored), stored)
    place = {"subject_id": notice_id, "position": max((n for n, _ in _positions(tx, notice_id)), default=-1) + 1}
    tx.execute(update(evidence).where(evidence.c.id == stored.id).values(**place))
    _change(tx, notice_id, created_by=clerk_id)


def detach(tx: Connection, clerk_id: str, notice_id: str, piece_id: str) -> list[Forgotten]:
    """Takes a piece away; its files go by `Store.forget` after the commit. Raises NotSent: gone."""
    locked(tx, notice_id, None, DRAFT)
    mine = (evidence.c.id == piece_id) & (evidence.c.subject_id == notice_id)
    tx.execute(update(evidence).where(mine).values(subject_id=None))
    _change(tx, notice_id, created_by=clerk_id)
    return forgotten(tx, piece_id)


def lost(stored: Stored) -> Forgotten:
    """A stored upload that never became a row. Its original may be that of another piece: it stays."""
    return Forgotten(stored.id, None)


def forgotten(tx: Connection, piece_id: str) -> list[Forgotten]:
    """The row of an upload that is not wanted goes; what may go with it is told."""
    gone = tx.execute(delete(evidence).where(evidence.c.id == piece_id, evidence.c.subject_id.is_(None))
                      .returning(evidence.c.id, evidence.c.sha256)).all()  # fmt: skip
    hashes = [row.sha256 for row in gone]
    still = set(tx.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))).scalars())
    return [Forgotten(row.id, row.sha256 if row.sha256 not in still else None) for row in gone]


def add_numbers(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, notice_id: str, language: str, numbers: Sequence[str]
) -> None:
    """Some of the numbers of an uploaded list, in E.164, to what is there. Raises NotSent: gone."""
    notice = locked(tx, notice_id, None, DRAFT)
    if notice.audience.root:
        raise NotSent("gone")
    ids = contacts.ensure_all(tx, vault, now, SMS, numbers, language)
    rows = [{"notice_id": notice_id, "contact_id": one} for one in ids]
    if rows:
        tx.execute(insert_or_ignore(tx, listeners), rows)
    _relist(tx, clerk_id, notice)


def drop_numbers(tx: Connection, clerk_id: str, notice_id: str) -> None:
    """Takes the whole list away. Raises NotSent: gone."""
    notice = locked(tx, notice_id, None, DRAFT)
    if notice.audience.root:
        raise NotSent("gone")
    tx.execute(delete(listeners).where(listeners.c.notice_id == notice_id))
    _relist(tx, clerk_id, notice)


def _relist(tx: Connection, clerk_id: str, notice: Notice) -> None:
    counted = select(func.count()).select_from(listeners).where(listeners.c.notice_id == notice.id)
    audience = replace(notice.audience, listed=tx.execute(counted).scalar_one())
    _change(tx, notice.id, created_by=clerk_id, audience=audience.plain())


# --- looking ----------------------------------------------------------------------------------------------------------


def look(tx: Connection, vault: Vault, notice_id: str) -> Notice | None:
    row = tx.execute(select(*_COLUMNS).where(notices.c.id == notice_id)).first()
    return _notice(row, _parts(tx, vault, row.audience.get("root") or row.id)) if row else None


def listed(tx: Connection, most: int = PAGE, before: datetime | None = None) -> list[Notice]:
    """The newest, or those written before a moment; without their pieces."""
    wanted = select(*_COLUMNS).order_by(notices.c.created_at.desc(), notices.c.id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(notices.c.created_at < before)
    return [_notice(row, ()) for row in tx.execute(wanted)]


def locked(tx: Connection, notice_id: str, seen: str | None, *states: str) -> Notice:
    """The notice under a lock. Raises NotSent: gone, or changed when it is not what the page saw (None: any)."""
    row = tx.execute(select(*_COLUMNS).where(notices.c.id == notice_id).with_for_update()).first()
    if row is None:
        raise NotSent("gone")
    notice = _notice(row, _plain_parts(tx, row.audience.get("root") or row.id))
    if notice.state not in states or (seen is not None and seen != notice.seen):
        raise NotSent("changed")
    return notice


_COLUMNS = tuple(column for column in notices.c if column.name not in ("body", "spread_to"))


def _notice(row: Any, parts: Sequence[Part]) -> Notice:
    values = {name: value for name, value in row._mapping.items() if name != "audience"}
    return Notice(**values, audience=audience_of(row.audience), parts=parts)


def _parts(tx: Connection, vault: Vault, subject_id: str) -> list[Part]:
    return [
        replace(part, name=vault.open(sealed, f"evidence {part.id}")["name"] if part.kind == "file" else None)
        for part, sealed in _sealed_parts(tx, subject_id)
    ]


def parts_of(tx: Connection, vault: Vault, notice: Notice) -> list[Part]:
    """With the names of files, as they go out."""
    return _parts(tx, vault, notice.audience.root or notice.id)


def _plain_parts(tx: Connection, subject_id: str) -> list[Part]:
    return [part for part, _ in _sealed_parts(tx, subject_id)]


def _sealed_parts(tx: Connection, subject_id: str) -> list[tuple[Part, bytes]]:
    mine = (
        select(*PART_COLUMNS, evidence.c.sealed)
        .where(evidence.c.subject_id == subject_id)
        .order_by(evidence.c.position, evidence.c.id)
    )
    return [(part_of(row), row.sealed) for row in tx.execute(mine)]


def part_of(row: Any, name: str | None = None) -> Part:
    """From a row of PART_COLUMNS."""
    long = row.kind == "photo" and is_long(row.width, row.height)
    return Part(row.id, row.kind, name, row.mime, row.bytes, long)


def _positions(tx: Connection, notice_id: str) -> list[tuple[int, str]]:
    mine = select(evidence.c.position, evidence.c.id).where(evidence.c.subject_id == notice_id)
    return [(row.position, row.id) for row in tx.execute(mine)]


def _change(tx: Connection, notice_id: str, **values: Any) -> None:
    tx.execute(update(notices).where(notices.c.id == notice_id).values(**values))


# --- checks -----------------------------------------------------------------------------------------------------------


def _worded(texts: Mapping[str, str]) -> dict[str, str]:
    """What no channel can carry is gone. Chinese is wanted; another language may be missing."""
    kept = {language: readable(text) for language, text in texts.items()}
    for language, text in kept.items():
        about = f"text_{language}"
        if language == "zh" and len(text) < 2:
            raise NotSent("text_wanted", about)
        if len(text) > LONGEST_TEXT:
            raise NotSent("text_too_long", about, over=len(text) - LONGEST_TEXT)
        if (variable := variable_in(text)) is not None:
            raise NotSent("variable_left", about, variable=variable)
    return {language: text for language, text in kept.items() if text}


def _file_name(name: str | None, stored: Stored) -> str | None:
    """What the office called the file, with the ending that its kind has."""
    if stored.kind != "file":
        return None
    ending = mimetypes.guess_extension(stored.mime) or ".bin"
    stem = readable(name or "").replace("\\", "/").rpartition("/")[2].rpartition(".")[0].replace("\n", " ")
    return f"{stem.strip('. ')[:LONGEST_NAME] or 'file'}{ending}"


__all__ = ["Audience", "add_numbers", "attach", "detach", "draft", "drop_numbers", "forgotten", "listed", "locked",
           "look", "lost", "part_of", "parts_of", "rewrite"]  # fmt: skip
