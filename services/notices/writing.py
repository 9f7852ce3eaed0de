"""Prepares a notice before it leaves: written, changed, given pictures, files and a list of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.database import insert_or_ignore
from models.tables import evidence, listeners, notices
from services import people
from services.evidence import Forgotten, Stored, add_upload, name_of
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.foundation.once import once
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import readable
from services.notices.codes import NoticeCode
from services.notices.looking import locked
from services.notices.values import (
    DRAFT,
    LONGEST_TEXT,
    MOST_PIECES,
    Audience,
    Notice,
    Written,
    audience_of,
    variable_in,
)
from services.people import SMS
from templates import DEFAULT_LANGUAGE


def draft(act: Act, written: Written, notice_id: str | None = None) -> str:
    """Makes a draft that nobody gets yet; returns its id. Raises Refusal: text_wanted, text_too_long, variable_left."""
    texts = _worded(written.texts)
    row = {
        "id": notice_id or new_id(),
        "number": next_number(act, "notice", "N"),
        "state": DRAFT,
        "texts": texts,
        "audience": replace(written.audience, listed=0, root=None).plain(),
        "acknowledges": written.acknowledges,
        "created_at": act.now,
        "created_by": act.actor,
    }
    act.tx.execute(insert(notices).values(**row))
    audit.append(act, "notice_written", row["id"], {"number": row["number"]})
    return row["id"]


def draft_once(act: Act, written: Written, number: str) -> str:
    """Makes a draft from the form with this number: a form that arrives twice is one notice.

    Raises Refusal as `draft`, and same_draft with the id of the one that says the same to the same already.
    """
    notice_id, first = once(act, number, "notice", act.actor, written)
    if first:
        draft(act, written, notice_id)  # whoever else writes waits for its number, and is seen below
        _require_new(act.tx, notice_id)
    return notice_id


def _require_new(tx: Connection, notice_id: str) -> None:
    drafts = select(notices.c.id, notices.c.texts, notices.c.audience, notices.c.acknowledges)
    rows = tx.execute(drafts.where(notices.c.state == DRAFT).order_by(notices.c.created_at, notices.c.id)).all()
    said = {row.id: (row.texts, _as_written(row.audience), row.acknowledges) for row in rows}
    mine = said.pop(notice_id)
    for other, whole in said.items():
        if whole == mine:
            raise Refusal(NoticeCode.SAME_DRAFT, id=other)


def _as_written(audience: Mapping[str, Any]) -> Audience:
    """An audience without its list of numbers, which comes later than the words."""
    return replace(audience_of(audience), listed=0, list_id="")


def rewrite(act: Act, notice_id: str, seen: str, written: Written) -> None:
    """Changes a notice's words or audience. Whoever does becomes its author: somebody else has to release it.

    The recipients of a notice that is sent again stay as they are. Raises Refusal as `draft`, and gone, changed.
    """
    notice = locked(act, notice_id, seen, DRAFT)
    texts = _worded(written.texts)
    kept = notice.audience
    listed = {"listed": kept.listed, "list_id": kept.list_id, "root": None}
    audience = kept if kept.root else replace(written.audience, **listed)
    values = {"texts": texts, "audience": audience.plain(), "acknowledges": written.acknowledges}
    _change(act.tx, notice_id, created_by=act.actor, **values)
    audit.append(act, "notice_rewritten", notice_id, {"number": notice.number})


def attach(act: Act, notice_id: str, name: str | None, stored: Stored) -> None:
    """Attaches a cleaned and stored picture or file. Raises Refusal: gone, changed, too_many_pieces."""
    notice = locked(act, notice_id, None, DRAFT)
    if len(notice.parts) >= MOST_PIECES or notice.audience.root:
        raise Refusal(NoticeCode.TOO_MANY_PIECES, "files")
    add_upload(act, act.actor, name_of(name, stored), stored)
    last = select(func.max(evidence.c.position)).where(evidence.c.subject_id == notice_id)
    place = {"subject_id": notice_id, "position": (act.tx.execute(last).scalar() or 0) + 1}
    act.tx.execute(update(evidence).where(evidence.c.id == stored.id).values(**place))
    act.wrote(evidence, stored.id)
    _change(act.tx, notice_id, created_by=act.actor)
    audit.append(act, "notice_piece_attached", notice_id, {"number": notice.number, "piece": stored.id})


def detach(act: Act, notice_id: str, piece_id: str) -> list[Forgotten]:
    """Detaches a piece; its files go by `Store.forget` after the commit. Raises Refusal: gone, changed."""
    notice = locked(act, notice_id, None, DRAFT)
    mine = evidence.c.id == piece_id, evidence.c.subject_id == notice_id
    gone = act.tx.execute(delete(evidence).where(*mine).returning(evidence.c.id, evidence.c.sha256)).all()
    hashes = [row.sha256 for row in gone]
    still = set(act.tx.execute(select(evidence.c.sha256).where(evidence.c.sha256.in_(hashes))).scalars())
    _change(act.tx, notice_id, created_by=act.actor)
    if gone:
        act.wrote(evidence, piece_id)
        audit.append(act, "notice_piece_detached", notice_id, {"number": notice.number, "piece": piece_id})
    return [Forgotten(row.id, row.sha256 if row.sha256 not in still else None) for row in gone]


def add_numbers(act: Act, notice_id: str, language: str, numbers: Sequence[str]) -> None:
    """Adds some numbers of an uploaded list, in E.164, to those that are there. Raises Refusal: gone, changed."""
    notice = _with_list(act, notice_id)
    ids = people.ensure_contacts(act, SMS, numbers, language)
    if ids:
        rows = [{"notice_id": notice_id, "contact_id": one} for one in ids]
        act.tx.execute(insert_or_ignore(act.tx, listeners), rows)
    _relist(act, notice)


def drop_numbers(act: Act, notice_id: str) -> None:
    """Drops the whole list of numbers. Raises Refusal: gone, changed."""
    notice = _with_list(act, notice_id)
    act.tx.execute(delete(listeners).where(listeners.c.notice_id == notice_id))
    _relist(act, notice)


def _with_list(act: Act, notice_id: str) -> Notice:
    """The notice, if it may have a list of numbers: a repeated one may not, as its listeners are its recipients."""
    notice = locked(act, notice_id, None, DRAFT)
    if notice.audience.root:
        raise Refusal(Common.GONE)
    return notice


def _relist(act: Act, notice: Notice) -> None:
    counted = select(func.count()).select_from(listeners).where(listeners.c.notice_id == notice.id)
    audience = replace(notice.audience, listed=act.tx.execute(counted).scalar_one(), list_id=new_id())
    _change(act.tx, notice.id, created_by=act.actor, audience=audience.plain())


def _change(tx: Connection, notice_id: str, **values: Any) -> None:
    tx.execute(update(notices).where(notices.c.id == notice_id).values(**values))


# --- checks -----------------------------------------------------------------------------------------------------------


def _worded(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts without what no channel can carry. The default language must be there; another one may be missing."""
    kept = {language: readable(text) for language, text in texts.items()}
    for language, text in kept.items():
        about = f"text_{language}"
        if language == DEFAULT_LANGUAGE and len(text) < 2:
            raise Refusal(Common.TEXT_WANTED, about)
        if len(text) > LONGEST_TEXT:
            raise Refusal(Common.TEXT_TOO_LONG, about, over=len(text) - LONGEST_TEXT)
        if (variable := variable_in(text)) is not None:
            raise Refusal(NoticeCode.VARIABLE_LEFT, about, variable=variable)
    return {language: text for language, text in kept.items() if text}
