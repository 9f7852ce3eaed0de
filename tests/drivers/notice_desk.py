"""The desk's side of a notice, for the channels' tests: heads with an account, pieces, and a release."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from PIL import Image

from bot.build import Program
from services import notices, people
from services.evidence import Stored
from services.foundation.act import Act
from services.notices import Audience, Written
from services.people import Grant, Role

TEXT = "明天停水，请各窗口提前备水。"
Upload = tuple[str | None, bytes]  # (the name of a file, bytes)


def becomes_head(program: Program, channel: str, address: str, unit: str = "gtj") -> str:
    """Whoever has this account is a unit's head from now on. The contact's id."""
    key = people.address_hash(program.vault, channel, address)

    def bind(act: Act) -> str:
        contact = people.lock_contacts(act, {key: (channel, address, "zh")})[key]
        person = people.add_person(act, "局长", [Grant(Role.HEAD, unit)])
        people.bind_contact(act, contact.id, person)
        return contact.id

    return program.acts.transact(bind)


def picture(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


async def written(program: Program, uploads: Sequence[Upload] = (), text: str = TEXT) -> tuple[str, list[Stored]]:
    """A draft for all heads, with its pieces as they are stored."""
    words = Written({"zh": text, "en": text}, Audience(roles=(Role.HEAD,)), acknowledges=True)
    notice_id = program.acts.by("clerk-1").transact(notices.draft, words)
    pieces: list[Stored] = []
    for name, data in uploads:
        stored = await program.store.clean_and_keep(data, documents=True)
        program.acts.by("clerk-1").transact(notices.attach, notice_id, name, stored)
        pieces.append(stored)
    return notice_id, pieces


def release(program: Program, notice_id: str, at: datetime | None = None) -> None:
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    program.acts.by("clerk-1").transact(notices.send, notice_id, notice.seen, at, second_clerk_above=200)
    program.acts.transact(notices.spread, notice_id)


def counts(program: Program, notice_id: str) -> dict[str, int]:
    told = program.acts.look(notices.progress, notice_id)
    return {state: many for state, many in told.counts.items() if many}
