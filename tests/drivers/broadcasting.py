"""Rows of a broadcast and of what goes beside it, written past the desk."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert

from bot.build import Program
from conversation.messages import Body, Say
from models.tables import deliveries, notices
from services.deliveries import Outgoing, queue, seal_notice
from services.people import address_hash, lock_contacts

Chat = TypeVar("Chat", int, str)


def said(mark: str) -> Body:
    return Body(say=Say("status.answered", {"number": mark, "text": "ok"}))


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
