"""Broadcasts and what goes beside them: rows written past the desk, and a notice that the office really releases."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert

from bot.build import Program
from conversation.messages import Body, Say
from models.tables import deliveries, notices
from services import notices as office
from services import people
from services.deliveries import Outgoing, queue, seal_notice
from services.foundation.act import Act
from services.notices import Audience, Written
from services.people import Grant, address_hash, lock_contacts

Chat = TypeVar("Chat", int, str)


def said(mark: str) -> Body:
    return Body(say=Say("status.closed", {"number": mark, "text": "ok"}))


def contacts_of(program: Program, chats: list[Chat], channel: str = "telegram") -> dict[Chat, str]:
    """A contact's id for each chat."""
    keys = {chat: address_hash(program.vault, channel, str(chat)) for chat in chats}
    wanted = {key: (channel, str(chat), "zh") for chat, key in keys.items()}
    found = program.acts.at(datetime.now(UTC)).transact(lock_contacts, wanted)
    return {chat: found[key].id for chat, key in keys.items()}


def release(
    program: Program,
    contact_ids: Collection[str],
    name: str,
    channel: str = "telegram",
    *,
    body: Body | None = None,
    now: datetime | None = None,
    wait: timedelta = timedelta(0),
) -> None:
    """A released notice to these, a row each, due after `wait`."""
    now = now or datetime.now(UTC)
    notice = {
        "id": name,
        "number": name,
        "state": "released",
        "texts": {},
        "audience": {},
        "acknowledges": False,
        "created_at": now,
        "created_by": "clerk",
        "body": seal_notice(program.vault, body or said(name)),
    }
    row = {
        "channel": channel,
        "urgency": "broadcast",
        "state": "queued",
        "notice_id": name,
        "due_at": now + wait,
        "created_at": now,
        "attempts": 0,
    }

    def work(tx) -> None:
        tx.execute(insert(notices).values(**notice))
        tx.execute(insert(deliveries), [{**row, "contact_id": id} for id in contact_ids])

    program.database.transact(work)


def put(program: Program, contact_id: str, mark: str, urgency: str, channel: str = "telegram") -> None:
    outgoing = [Outgoing(contact_id, channel, said(mark))]
    program.acts.at(datetime.now(UTC)).transact(queue, outgoing, urgency)


def appointed(program: Program, chats: Collection[int], role: str) -> dict[int, str]:
    """A contact's id for each chat, whose people hold this role."""

    def make(act: Act) -> dict[int, str]:
        persons = [people.add_person(act, f"{role} {chat}", [Grant(role, None)]) for chat in chats]
        ids = people.ensure_contacts(act, "telegram", [str(chat) for chat in chats], "zh", persons)
        return dict(zip(chats, ids, strict=True))

    return program.acts.at(datetime.now(UTC)).transact(make)


def release_notice(program: Program, text: str, *roles: str) -> str:
    """Drafts a notice to these roles, sends it and writes its rows, as the desk does; the notice's id."""
    desk = program.acts.at(datetime.now(UTC)).by("clerk-1")
    notice_id = desk.transact(office.draft, Written({"zh": text}, Audience(roles), acknowledges=False))
    notice = desk.look(office.look, notice_id)
    assert notice
    assert desk.transact(office.send, notice_id, notice.seen, None, second_clerk_above=100_000) == "released"
    while desk.transact(office.spread, notice_id):
        pass
    return notice_id
