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
from services import audit, contacts
from services import evidence as proof
from services.contacts import SMS
from services.evidence import Forgotten, Stored
from services.foundation.numbers import next_number
from services.notices.looking import locked
from services.notices.values import DRAFT, LONGEST_TEXT, MOST_PIECES, Notice, NotSent, Written, variable_in
from services.once import once
from services.vault import Vault, new_id
from services.wording import readable
from templates import DEFAULT_LANGUAGE

LONGEST_NAME = 60  # characters of a file's name, without its ending


def draft(tx: Connection, now: datetime, clerk_id: str, written: Written, notice_id: str | None = None) -> str:
    """A new notice that nobody gets yet; returns its id. Raises NotSent: text_wanted, text_too_long, variable_left."""
    texts = _worded(written.texts)
    row = {
        "id": notice_id or new_id(), "number": next_number(tx, now, "notice", "N"), "state": DRAFT,
        "texts": texts, "audience": replace(written.audience, listed=0, root=None).plain(),
        "acknowledges": written.acknowledges, "created_at": now, "created_by": clerk_id,
    }  # fmt: skip
    tx.execute(insert(notices).values(**row))
    audit.append(tx, now, clerk_id, "notice_written", row["id"], {"number": row["number"]})
    return row["id"]


def draft_once(tx: Connection, vault: Vault, now: datetime, clerk_id: str, written: Written, number: str) -> str:
    """`draft`, of a form with this number: one that arrives twice is one notice."""
    notice_id, first = once(tx, vault, now, number, "notice", clerk_id, written)
    return draft(tx, now, clerk_id, written, notice_id) if first else notice_id


def rewrite(tx: Connection, now: datetime, clerk_id: str, notice_id: str, seen: str, written: Written) -> None:
    """Other words, another audience. Whoever changes a notice becomes its author: somebody else has to release it.

    The recipients of a notice that is sent again stay as they are. Raises NotSent as `draft`, and gone, changed.
    """
    notice = locked(tx, notice_id, seen, DRAFT)
    texts = _worded(written.texts)
    kept = notice.audience
    listed = {"listed": kept.listed, "list_id": kept.list_id, "root": None}
    audience = kept if kept.root else replace(written.audience, **listed)
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
    last = select(func.max(evidence.c.position)).where(evidence.c.subject_id == notice_id)
    place = {"subject_id": notice_id, "position": (tx.execute(last).scalar() or 0) + 1}
    tx.execute(update(evidence).where(evidence.c.id == stored.id).values(**place))
    _change(tx, notice_id, created_by=clerk_id)


def detach(tx: Connection, clerk_id: str, notice_id: str, piece_id: str) -> list[Forgotten]:
    """Takes a piece away; its files go by `Store.forget` after the commit. Raises NotSent: gone, changed."""
    locked(tx, notice_id, None, DRAFT)
    mine = evidence.c.id == piece_id, evidence.c.subject_id == notice_id
    gone = tx.execute(delete(evidence).where(*mine).returning(evidence.c.id, evidence.c.sha256)).all()
    hashes = [row.sha256 for row in gone]
    still = set(tx.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))).scalars())
    _change(tx, notice_id, created_by=clerk_id)
    return [Forgotten(row.id, row.sha256 if row.sha256 not in still else None) for row in gone]


def add_numbers(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, notice_id: str, language: str, numbers: Sequence[str]
) -> None:
    """Some of the numbers of an uploaded list, in E.164, to what is there. Raises NotSent: gone, changed."""
    notice = _with_list(tx, notice_id)
    ids = contacts.ensure_all(tx, vault, now, SMS, numbers, language)
    if ids:
        rows = [{"notice_id": notice_id, "contact_id": one} for one in ids]
        tx.execute(insert_or_ignore(tx, listeners), rows)
    _relist(tx, clerk_id, notice)


def drop_numbers(tx: Connection, clerk_id: str, notice_id: str) -> None:
    """Takes the whole list away. Raises NotSent: gone, changed."""
    notice = _with_list(tx, notice_id)
    tx.execute(delete(listeners).where(listeners.c.notice_id == notice_id))
    _relist(tx, clerk_id, notice)


def _with_list(tx: Connection, notice_id: str) -> Notice:
    """Of a notice that is sent again, the listeners are its recipients and no list."""
    notice = locked(tx, notice_id, None, DRAFT)
    if notice.audience.root:
        raise NotSent("gone")
    return notice


def _relist(tx: Connection, clerk_id: str, notice: Notice) -> None:
    counted = select(func.count()).select_from(listeners).where(listeners.c.notice_id == notice.id)
    audience = replace(notice.audience, listed=tx.execute(counted).scalar_one(), list_id=new_id())
    _change(tx, notice.id, created_by=clerk_id, audience=audience.plain())


def _change(tx: Connection, notice_id: str, **values: Any) -> None:
    tx.execute(update(notices).where(notices.c.id == notice_id).values(**values))


# --- checks -----------------------------------------------------------------------------------------------------------


def _worded(texts: Mapping[str, str]) -> dict[str, str]:
    """What no channel can carry is gone. The default language is wanted; another one may be missing."""
    kept = {language: readable(text) for language, text in texts.items()}
    for language, text in kept.items():
        about = f"text_{language}"
        if language == DEFAULT_LANGUAGE and len(text) < 2:
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
