"""What a clerk uploads with a form: each file is cleaned and stored, or named with the reason why it was not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_request import FileField

from media import Died, Refused
from services import evidence
from services.evidence import EvidenceCode, Forgotten, Store, Stored, name_of
from services.foundation.refusal import Refusal
from web.site.frame import IS_ID, Frame, Seat, fields

Keep = Callable[[FileField], Awaitable[tuple[str | None, Stored]]]
PIECE, FILE = "piece", "file"  # fields of a form: what was uploaded with it before, and new files


@dataclass(frozen=True)
class Uploads:
    """What goes with a form: ids of pieces that lie here, and the files that were not taken, each with its code."""

    pieces: Sequence[str] = ()
    bad: Sequence[tuple[str, str]] = ()

    def put(self, sent: Mapping[str, str]) -> dict[str, str]:
        """The form with the ids in one field, as its act reads them (`pieces_in`)."""
        return {**sent, "pieces": " ".join(self.pieces)}

    def check(self) -> None:
        """Stops the act where a file was not taken: nothing leaves without it. Raises Refusal: enclosed_bad."""
        if self.bad:
            raise Refusal(EvidenceCode.ENCLOSED_BAD, "files")


NO_FILES = Uploads()


def pieces_in(sent: Mapping[str, str]) -> list[str]:
    return [one for one in sent.get("pieces", "").split() if IS_ID.fullmatch(one)]


async def given(request: web.Request, site_url: str, name: str) -> list[FileField]:
    """The files of a form that were chosen."""
    await fields(request, site_url)
    chosen = (await request.post()).getall(name, [])
    return [one for one in chosen if isinstance(one, FileField) and one.filename]


async def copied(store: Store, file: FileField) -> Stored:
    """A file with a clean copy. Raises media.Refused, Refusal: no_copy; media.Died; then nothing of it is left."""
    stored = await store.clean_and_keep(await asyncio.to_thread(file.file.read), documents=True)
    if not store.copy_path(stored.id).is_file():
        await without_row(store, stored)
        raise Refusal(EvidenceCode.NO_COPY)
    return stored


async def without_row(store: Store, stored: Stored) -> None:
    """Removes the copy of a piece that got no row. Its original may belong to another piece, so it stays."""
    await asyncio.to_thread(store.forget, [Forgotten(stored.id, None)])


async def uploads(frame: Frame, request: web.Request, seat: Seat) -> Uploads:
    """Takes the files that came with a form, beside those that came with it before and are still ticked.

    Each lies here from now on, whatever becomes of the act, so that a refusal loses none.
    """

    async def keep(file: FileField) -> tuple[str | None, Stored]:
        stored = await copied(frame.store, file)
        return name_of(file.filename, stored), stored

    return await taken(frame, request, seat.person.id, keep)


async def taken(frame: Frame, request: web.Request, sender: str, keep: Keep) -> Uploads:
    """The same of any sender. `keep` stores a file, and gives it a name; it raises as `copied`."""
    before = (await fields(request, frame.site_url)).get(PIECE, [])
    kept, bad = [one for one in before if IS_ID.fullmatch(one)], list[tuple[str, str]]()
    for file in await given(request, frame.site_url, FILE):
        try:
            kept.append(await _taken(frame, request, sender, file, keep))
        except (Refused, Refusal) as refused:
            bad.append((file.filename, refused.code))
        except Died:
            bad.append((file.filename, "other"))
    return Uploads(kept, bad)


async def _taken(frame: Frame, request: web.Request, sender: str, file: FileField, keep: Keep) -> str:
    """The id of the piece. Raises as `keep`, and Refusal: no_room, too_much (today)."""
    room, address = frame.store.room, request.remote or ""
    if code := room.refusal(sender, address, frame.acts.clock().date()):
        raise Refusal(EvidenceCode.NO_ROOM if code == "no_room" else EvidenceCode.TOO_MUCH)
    name, stored = await keep(file)
    room.count(sender, address, stored.bytes)
    await frame.acts.write(evidence.add_upload, sender, name, stored)
    return stored.id
