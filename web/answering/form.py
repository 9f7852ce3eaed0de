"""The form in which a unit acts on one obligation: read, done and drawn alike, signed in or by a link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from conversation.text import inert, shortened
from models.tables import FETCHING
from services import evidence, obligations
from services.evidence import EvidenceCode, Stored
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.obligations import NOT_OURS_REASONS, SETTLED, Dossier, ObligationCode
from services.people import Contact
from web.site.asked import a_day
from web.site.frame import Frame, form
from web.site.uploading import NO_FILES, Uploads, pieces_in, taken

ACTS = ("acknowledge", "answer", "more_time", "ask", "not_ours")
WITH_FILES = ("answer", "ask")
LONGEST_NAME = 200  # characters of a file's name


@dataclass(frozen=True)
class Sent:
    """A form as it came: which of `ACTS`, its fields, and its files, which lie here from now on."""

    act: str
    fields: Mapping[str, str]
    files: Uploads

    @property
    def left(self) -> dict[str, str]:
        """What was written beside the act that was done, and would be lost with it."""
        kept = {f"text_{act}" for act in ACTS if act != self.act}
        kept |= {name for act, name in (("more_time", "until"), ("not_ours", "reason")) if act != self.act}
        return {name: said for name, said in self.fields.items() if name in kept and said.strip()}

    @property
    def unused(self) -> Uploads:
        """The files that the act has not taken along."""
        return NO_FILES if self.act in WITH_FILES else self.files


async def read(frame: Frame, request: web.Request, sender: str) -> Sent:
    """The form of this request; `sender`: whose uploads its files are. Raises 404 for what is no act."""
    sent = await form(request, frame.site_url)
    act = sent.get("act", "")
    if act not in ACTS:
        raise web.HTTPNotFound

    async def keep(file: FileField) -> tuple[str | None, Stored]:
        """A file as units send them: what cannot be shown is kept as it came."""
        stored = await frame.store.clean_and_keep(await asyncio.to_thread(file.file.read))
        return shortened(inert(file.filename), LONGEST_NAME) or None, stored

    files = await taken(frame, request, sender, keep)
    return Sent(act, files.put(sent), files)


def do(act: Act, frame: Frame, sender: str, language: str, obligation_id: str, sent: Sent) -> None:
    """Does what the form says, unless the page that sent it has been overtaken.

    Raises Refusal: gone, changed, settled, and whatever the act refuses.
    """
    sent.files.check()
    obligations.require_seen(act, obligation_id, sent.fields.get("seen"))
    what, kinds, mine = sent.act, frame.kinds, obligation_id
    text, contact = sent.fields.get(f"text_{what}", ""), Contact(sender, FETCHING, language, None)
    media = evidence.take(act, sender, pieces_in(sent.fields)) if what in WITH_FILES else []
    if media is None:
        raise Refusal(EvidenceCode.ENCLOSED_GONE, "files")

    def more_time() -> None:
        until = a_day(sent.fields.get("until", ""))
        if until is None:
            raise Refusal(ObligationCode.DUE_WANTED, "until")
        obligations.request_time(act, mine, until, text)

    def not_ours() -> None:
        reason = sent.fields.get("reason", "")
        if reason not in NOT_OURS_REASONS:
            raise Refusal(ObligationCode.REASON_WANTED, "reason")
        obligations.say_not_ours(act, kinds, mine, reason, text)

    done: Mapping[str, Callable[[], None]] = {
        "acknowledge": lambda: obligations.acknowledge(act, mine),
        "answer": lambda: obligations.answer(act, kinds, contact, mine, text, media),
        "more_time": more_time,
        "ask": lambda: obligations.ask_office(act, mine, text, contact, media),
        "not_ours": not_ours,
    }
    done[what]()


def offered(whole: Dossier) -> frozenset[str]:
    """Which of `ACTS` a unit can do now."""
    obligation = whole.obligation
    if obligation.state in SETTLED:
        return frozenset()
    possible = {
        "acknowledge": obligation.owed and obligation.acknowledged_at is None,
        "more_time": obligation.owed and not obligation.waiting_extension,
        "not_ours": whole.not_ours_by is not None,
    }
    return frozenset(act for act in ACTS if possible.get(act, True))


async def shown(
    frame: Frame,
    request: web.Request,
    whole: Dossier,
    sender: str,
    *,
    files: Uploads = NO_FILES,
    problem: str | None = None,
    act: str = "",
    sent: Mapping[str, str] | None = None,
    done: str | None = None,
) -> dict[str, Any]:
    """The values of `answering/form.html` and of what stands above it: what the chat shows, and what was typed."""
    unit = frame.directory().spoken(frame.language(request)).name(whole.obligation.unit_id) or ""
    kept = await frame.acts.by(sender).read(evidence.uploaded, files.pieces) if files.pieces else []
    acts, typed = offered(whole), sent or {}
    return {
        "whole": whole,
        "offered": acts,
        "lost": "\n\n".join(typed.get(f"text_{one}", "").strip() for one in ACTS if one not in acts).strip(),
        "shown": obligations.shown(whole, unit),
        "seen": obligations.seen_by_unit(whole),
        "uploaded": kept,
        "bad_files": files.bad,
        "no_room": frame.store.room.is_short,
        "REASONS": NOT_OURS_REASONS,
        "problem": problem,
        "act": act,
        "sent": typed,
        "done": done,
    }
