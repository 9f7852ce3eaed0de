"""The pages of what units owe: who is late, the list, one obligation, what the office does about it (C08, C23, A52)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from services import desk, evidence, obligations, people
from services.calendar import limits
from services.foundation.refusal import Refusal
from services.obligations import PAGE, SETTLED, Dossier, last_day, why_unreached
from services.people import Addressee, Right
from web.obligations.filters import SHOWN, ObligationQuery, read
from web.obligations.hand_form import DUE_WRONG, TOLD, Limit, due_day, due_of, look_at_words, look_twice, told_by
from web.obligations.lateness import Lateness, lateness
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of
from web.site.uploading import NO_FILES, Uploads, pieces_in, uploads

ACTS = "accept|return|excuse|insist|grant|refuse|reply|verify"
NEW_DATE = ("return", "grant")  # acts that may give another deadline: one that is odd is looked at twice
TO_CITIZEN = "verify"  # no word of this act reaches the unit
THEIR_TURN = ("return", "insist")  # acts after which it is owed again
DONE = frozenset(
    (
        *ACTS.split("|"),
        "accept_case",
        "accept_item",
        "verify_unreached",
        *TOLD,
        *(f"{act}_{by}" for act in THEIR_TURN for by in ("sms", "sms_later")),
        "unreached",
        "link_ended",
    )
)


class Obligations:
    PAGE = Page("obligations", "/console/duties", Right.OVERSEE_OBLIGATIONS)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/duties", seated(self._list, Right.OVERSEE_OBLIGATIONS)),
            web.get(f"/console/duties.{FORM}", seated(self._leave, Right.OVERSEE_OBLIGATIONS)),
            web.get(f"/console/duty/{ID}", seated(self._open, Right.OVERSEE_OBLIGATIONS)),
            web.post(f"/console/duty/{ID}/{{act:{ACTS}}}", seated(self._act, Right.DECIDE_OBLIGATIONS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat, None)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The list as a file or for paper: every obligation under the filters."""
        frame, query = self._frame, self._query(request)
        filters = query.filters(frame.directory())
        table = Leaving(
            "duties",
            obligations.COLUMNS,
            lambda act: obligations.leaving(act, frame.kinds, filters),
            "obligations/paper.html",
            query.given,
        )
        return await leave(frame, request, seat, table, asked=query.text, directory=frame.directory())

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        done = request.query.get("done", "")
        whole = await self._whole(request)
        return await self._draw(request, seat, whole, done=done if done in DONE else None)

    async def _act(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, obligation_id, act = self._frame, request.match_info["id"], request.match_info["act"]
        files = await uploads(frame, request, seat)
        sent = files.put(await form(request, frame.site_url))
        whole = await self._whole(request)
        obligation = whole.obligation
        typed = {"kind": obligation.kind, "text": sent.get("text", ""), "date": sent.get("date", "")}
        typed["untrue"] = sent.get("untrue", "")
        if act == "grant" and whole.waiting:
            typed["date"] = whole.waiting.wanted_at.date().isoformat()
        # Asked first, as for a hand-over. What becomes the unit's turn again goes by SMS too.
        untold = f"{act}_unreached"
        if act in THEIR_TURN:
            untold = await told_by(frame, act, obligation.unit_id, obligation.kind)
        beside = await frame.acts.read(desk.beside, frame.kinds, obligation)
        answers = act == "accept" and beside.hears
        try:
            files.check()
            if act in NEW_DATE:
                await look_twice(frame, sent | typed)
            if not answers and act != TO_CITIZEN:
                await look_at_words(frame, obligation.subject and obligation.subject.id, sent)
            reached = await self._do(act, seat, obligation_id, sent)
        except Refusal as error:
            status, whole = status_of(error), await self._whole(request)
            told = {"problem": error.code, "act": act, "typed": typed, "limit": await due_of(frame, typed)}
            told["about"] = error.values
            return await self._draw(request, seat, whole, status=status, files=files, **told)
        done = ("accept_item" if beside.item else "accept_case") if answers else act
        if not reached:
            done = untold if untold in DONE else "unreached"
        raise web.HTTPSeeOther(self._query(request).obligation(obligation_id, done=done))

    def _do(self, act: str, seat: Seat, obligation_id: str, sent: Mapping[str, str]) -> Awaitable[bool]:
        """Does one act of the office; returns whether somebody could be told.

        Raises Refusal, as `due_day` does; without a date the deadline stays.
        """
        text, known = sent.get("text", ""), (self._frame.kinds, obligation_id, sent.get("seen", ""))
        if act == "return":
            return seat.acts.write(obligations.send_back, *known, text, due_day(sent), untrue=bool(sent.get("untrue")))
        if act in ("grant", "refuse"):
            return seat.acts.write(obligations.decide_time, *known, act == "grant", text)
        if act == "accept":
            promised = {"citizen": True, "unit": False}.get(sent.get("to", ""))
            return seat.acts.write(obligations.accept_answer, *known, text, promised, pieces_in(sent))
        return seat.acts.write(SAID[act], *known, text)

    async def refused(self, request: web.Request, seat: Seat, error: Refusal, act: str) -> web.Response:
        """The obligation as it stands now, with what was wrong."""
        typed, whole = dict.fromkeys(("text", "date", "untrue"), ""), await self._whole(request)
        told = {"problem": error.code, "act": act, "typed": typed}
        return await self._draw(request, seat, whole, status=status_of(error), **told)

    async def _whole(self, request: web.Request) -> Dossier:
        frame = self._frame
        whole = await frame.acts.read(obligations.look, frame.kinds, request.match_info["id"])
        if whole is None:
            raise web.HTTPNotFound
        return whole

    async def _beside(self, whole: Dossier) -> dict[str, Any]:
        """What the page of one obligation says of its case, and of a head whom no reminder reaches."""
        frame, obligation, told = self._frame, whole.obligation, ""
        beside = await frame.acts.read(desk.beside, frame.kinds, obligation)
        if obligation.owed:
            told = await frame.acts.read(why_unreached, obligation.unit_id, frame.ways)
        heard = await frame.acts.read(desk.called_back, whole)
        merged = await frame.acts.read(desk.many_merged, obligation.subject and obligation.subject.id)
        known = {"heard": heard, "beside": beside, "merged": merged, "why_unreached": told}
        return known | await self._links(whole)

    async def _links(self, whole: Dossier) -> dict[str, Any]:
        """The link by which the unit can answer, whether it may be given one, and who has answered by one."""
        read, obligation = self._frame.acts.read, whole.obligation
        chats = await read(people.recipients, obligation.unit_id, Addressee.HEAD, people.CHAT)
        takes_sms = self._frame.sms and await read(people.takes_sms, obligation.unit_id)
        gives = limits().answer_link is not None and not chats and obligation.state not in SETTLED
        link = await read(obligations.link_of, obligation.id)
        return {"link": link, "gives_link": gives, "link_sms": takes_sms}

    async def _late(self) -> Lateness:
        return lateness(await self._frame.acts.read(obligations.late))

    def _query(self, request: web.Request) -> ObligationQuery:
        return read(request.query, self._frame.directory(), self._frame.kinds)

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        whole: Dossier | None,
        *,
        status: int = 200,
        files: Uploads = NO_FILES,
        **values: Any,
    ) -> web.Response:
        frame, query, now = self._frame, self._query(request), self._frame.acts.clock()
        filters = query.filters(frame.directory())
        shown = await frame.acts.at(now).read(obligations.listed, frame.kinds, filters)
        counted = await frame.acts.at(now).read(obligations.counts, filters)
        names = await frame.acts.read(people.names_of, _actors(whole)) if whole else {}
        by_link = await frame.acts.read(obligations.answered_by_link, whole.obligation.id) if whole else {}
        reminded = await frame.acts.at(now).read(obligations.reminded, whole.obligation.id) if whole else ()
        file_names = await frame.acts.read(obligations.file_names, whole.obligation.id) if whole else {}
        visit = await frame.acts.read(desk.visit_of, whole.obligation.subject_id) if whole else None
        values |= await self._beside(whole) if whole else {}
        late = await self._late() if whole is None else None
        nothing = {
            "done": None,
            "problem": None,
            "act": "",
            "typed": dict.fromkeys(("text", "date", "untrue"), ""),
            "limit": Limit(),
            "about": {},
        }
        return frame.page(
            request,
            "obligations/list.html",
            seat,
            status=status,
            shown=shown,
            counts=counted,
            query=query,
            whole=whole,
            directory=frame.directory(),
            now=now,
            late=late,
            names=names,
            by_link=by_link,
            visit=visit,
            files=file_names,
            reminded=reminded,
            uploaded=await seat.acts.read(evidence.uploaded, files.pieces) if files.pieces else [],
            ticked=files.pieces,
            bad_files=files.bad,
            no_room=frame.store.room.is_short,
            SHOWN=SHOWN,
            KINDS=tuple(self._frame.kinds),
            PAGE=PAGE,
            DUE_WRONG=DUE_WRONG,
            last_day=last_day(now),
            **(nothing | values),
        )


SAID: Mapping[str, Callable[..., bool]] = {
    "excuse": obligations.excuse,
    "insist": obligations.insist,
    "reply": obligations.reply_unit,
    "verify": lambda act, _kinds, *known: desk.call_back(act, *known),
}


def _actors(whole: Dossier) -> frozenset[str]:
    """The ids of people whose names are on the page of an obligation."""
    told = (one.actor for one in whole.history)
    asked = (who for one in whole.extensions for who in (one.asked_by, one.decided_by))
    return frozenset(who for who in (*told, *asked) if who)
