"""A notice without its pages: people with accounts, a draft, its release and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from bot.build import Program
from models.tables import deliveries as sent
from services import notices, people
from services.foundation.act import Act
from services.notices import Audience, Written
from services.people import Grant
from tests.conftest import rows

TEXT = "请各位于周五前到会。"


def person_with(program: Program, role: str, unit: str | None, *channels: str, phone: str | None = None) -> list[str]:
    """A person of the office or a unit with a chat account on each channel; the ids of these."""

    def make(act: Act) -> list[str]:
        ids: list[str] = []
        mine = people.add_person(act, "某人", [Grant(role, unit)], phone=phone)
        for channel in channels:
            address = f"{mine}-{channel}"
            key = people.address_hash(program.vault, channel, address)
            contact = people.lock_contacts(act, {key: (channel, address, "zh")})[key]
            people.bind_contact(act, contact.id, mine)
            ids.append(contact.id)
        return ids

    return program.acts.transact(make)


def draft(program: Program, audience: Audience, clerk: str = "clerk-1") -> str:
    return program.acts.by(clerk).transact(notices.draft, Written({"zh": TEXT}, audience, True))


def seen(program: Program, notice_id: str) -> str:
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    return notice.seen


def send(program: Program, notice_id: str, at: datetime | None = None) -> str:
    return program.acts.by("clerk-1").transact(
        notices.send, notice_id, seen(program, notice_id), at, second_clerk_above=200
    )


def spread(program: Program, notice_id: str, most: int = 2) -> int:
    many = 1
    while program.acts.transact(notices.spread, notice_id, most):
        many += 1
    return many


def got(program: Program) -> Sequence[object]:
    return sorted(str(row["contact_id"]) for row in rows(program, "deliveries") if row["notice_id"])


def tap(program: Program, contact_id: str, notice_id: str) -> tuple[str, bool] | None:
    return program.acts.transact(notices.acknowledge, contact_id, notice_id)


def goes(program: Program, notice_id: str) -> None:
    spread(program, notice_id)
    gone = update(sent).where(sent.c.state == "queued", sent.c.notice_id == notice_id).values(state="sent")
    program.database.transact(lambda tx: tx.execute(gone))
