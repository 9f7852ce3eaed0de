"""The desk's side of a notice, for the channels' tests: heads with an account, pieces, and a release."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from PIL import Image

from bot.build import Program
from services import contacts, notices, persons
from services.evidence import Stored
from services.notices import Audience, Written
from services.people.rights import Role
from services.persons import Grant

TEXT = "明天停水，请各窗口提前备水。"
Upload = tuple[str | None, bytes]  # (the name of a file, bytes)


def becomes_head(program: Program, channel: str, address: str, unit: str = "gtj") -> str:
    """Whoever has this account is a unit's head from now on. The contact's id."""
    key = contacts.address_hash(program.vault, channel, address)

    def bind(tx) -> str:
        contact = contacts.lock(tx, program.vault, program.clock(), {key: (channel, address, "zh")})[key]
        person = persons.add_person(tx, program.vault, program.clock(), "局长", [Grant(Role.HEAD, unit)])
        contacts.bind(tx, contact.id, person)
        return contact.id

    return program.database.transact(bind)


def picture(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


async def written(program: Program, uploads: Sequence[Upload] = (), text: str = TEXT) -> tuple[str, list[Stored]]:
    """A draft for all heads, with its pieces as they are stored."""
    words = Written({"zh": text, "en": text}, Audience(roles=(Role.HEAD,)), acknowledges=True)
    notice_id = program.database.transact(notices.draft, program.clock(), "clerk-1", words)
    pieces: list[Stored] = []
    for name, data in uploads:
        stored = await program.store.put(data, documents=True)
        program.database.transact(notices.attach, program.vault, program.clock(), "clerk-1", notice_id, name, stored)
        pieces.append(stored)
    return notice_id, pieces


def release(program: Program, notice_id: str, at: datetime | None = None) -> None:
    notice = program.database.look(notices.look, program.vault, notice_id)
    assert notice
    program.database.transact(
        notices.send, program.vault, program.clock(), "clerk-1", notice_id, notice.seen, at, second_clerk_above=200
    )
    step = program.database.transact(notices.spread, program.clock(), notice_id)
    program.bells.ring(step.ring)


def counts(program: Program, notice_id: str) -> dict[str, int]:
    told = program.database.look(notices.progress, program.clock(), notice_id)
    return {state: many for state, many in told.counts.items() if many}
