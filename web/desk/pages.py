"""The desk's pages: the list of what came in, one report beside it, and what the office does about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from services import cases, desk, evidence, people
from services.calendar import limits
from services.cases import (
    CATEGORIES,
    COMPLAINT,
    LONGEST_ANSWER,
    LONGEST_ITEM,
    MOST_ITEMS,
    OUTCOMES,
    PRIORITIES,
    Appeal,
    CaseItem,
)
from services.desk import MOST, SHORTEST_REASON, VISIT, Filters, Item, Report
from services.foundation.refusal import Refusal
from services.inspections import seen_in
from services.people import Right
from web.desk import filters
from web.desk.acts import ACTS
from web.desk.filters import KINDS, STATES, Query
from web.desk.saving import DONE as SAVED
from web.desk.standard import texts_for, values_of
from web.obligations.hand_form import OF_CASE, TOLD, WITHOUT_CASE, HandForm, Limit, due_of, hand_form, look_twice
from web.site.asked import a_moment
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of
from web.site.uploading import NO_FILES, Uploads, uploads

BOXES = tuple(str(n) for n in range(1, MOST_ITEMS + 1))  # for new items, as the form of the items counts them
DONE = frozenset((*ACTS, "identity", "unreached", *TOLD))


class Desk:
    PAGE = Page("reports", "/console", Right.READ_REPORTS)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console", seated(self._list, Right.OPEN_CONSOLE)),
            web.get("/console/", _to_the_list),
            web.get(f"/console/reports.{FORM}", seated(self._leave, Right.READ_REPORTS)),
            web.get("/console/fresh", seated(self._fresh, Right.READ_REPORTS)),
            web.get(f"/console/report/{ID}", seated(self._open, Right.READ_REPORTS)),
            web.post(f"/console/report/{ID}/{{act:{'|'.join(ACTS)}}}", seated(self._act, Right.DECIDE_REPORTS)),
            web.post(f"/console/report/{ID}/insert", seated(self._insert, Right.DECIDE_REPORTS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The list. Signing in leads here too: people who read no reports are sent to a page that they may open."""
        if not seat.may(Right.READ_REPORTS):
            raise web.HTTPSeeOther(seat.pages[0].path)
        done = request.query.get("done", "")
        saved, passed = (done if done in SAVED else None), (done if done == "passed" else None)
        return await self._draw(request, seat, None, saved_done=saved, done=passed)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The list as a file or for paper: every report under the filters."""
        frame, query = self._frame, self._query(request)
        if query.wrong:  # the page tells what is wrong; nothing leaves that was not asked for
            raise web.HTTPSeeOther(query.with_())
        filters = await self._filters(query, seat, None)
        table = Leaving("reports", desk.COLUMNS, lambda act: desk.leaving(act, filters), "desk/paper.html", query.given)
        tags = await self._tags(seat)
        return await leave(frame, request, seat, table, asked=query.text, directory=frame.directory(), tags=tags)

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        report = await seat.acts.write(desk.open_report, request.match_info["id"])
        if report is None:
            raise web.HTTPNotFound
        done = request.query.get("done", "")
        return await self._draw(request, seat, report, done=done if done in DONE else None)

    async def _fresh(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        since = a_moment(request.query.get("since", ""))
        if since is None:
            raise web.HTTPBadRequest
        wanted = await self._filters(self._query(request), seat)
        many = await seat.acts.read(desk.fresh, wanted, since)
        return web.json_response({"fresh": many})

    async def _act(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, report_id, act = self._frame, request.match_info["id"], request.match_info["act"]
        sent, files = await self._sent(request, seat)
        if act == "split" and sent.get("more"):
            return await self._with_a_box_more(request, seat, sent)
        try:
            files.check()
            if act == "interim":
                await look_twice(frame, sent)
            reached = await seat.acts.write(ACTS[act], report_id, sent)
        except Refusal as error:
            return await self.again(request, seat, error, act, typed=sent.get("text", ""), sent=sent, files=files)
        if not await seat.acts.read(cases.is_shown, report_id):  # it is the discipline desk's from now on
            raise web.HTTPSeeOther(self._query(request).with_(done="passed"))
        done = act if reached else "unreached"
        raise web.HTTPSeeOther(self._query(request).report(report_id, done=done))

    async def _sent(self, request: web.Request, seat: Seat) -> tuple[Mapping[str, str], Uploads]:
        """The form, and the files that came with it, which lie here from now on."""
        sent = await form(request, self._frame.site_url)
        files = await uploads(self._frame, request, seat)
        return files.put(sent), files

    async def _with_a_box_more(self, request: web.Request, seat: Seat, sent: Mapping[str, str]) -> web.StreamResponse:
        """The form of the items as it was typed, with one more box; nothing is saved."""
        boxes = sent.get("boxes", "")
        more = {"boxes": str(min(int(boxes) + 1, MOST_ITEMS))} if boxes in BOXES else {}
        report = await self._report(seat, request.match_info["id"])
        return await self._draw(request, seat, report, act="split", sent={**sent, **more})

    async def _insert(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Puts a standard text below what was typed in a form, to be edited before it is sent."""
        frame, texts = self._frame, self._frame.speaks(request)
        sent, files = await self._sent(request, seat)
        act, typed = sent.get("into", ""), sent.get("text", "")
        report = await self._report(seat, request.match_info["id"])
        if act not in desk.USES:
            raise web.HTTPNotFound
        try:
            put = desk.put_in(
                await texts_for(frame, texts, report), sent.get("standard", ""), values_of(frame, texts, report)
            )
        except Refusal as error:
            return await self.again(request, seat, error, act, typed=typed, sent=sent, files=files)
        typed = "\n".join(filter(None, (typed.strip(), put)))
        return await self._draw(request, seat, report, act=act, typed=typed, sent=sent, files=files)

    async def with_identity(self, request: web.Request, seat: Seat, identity: Mapping[str, Any]) -> web.StreamResponse:
        """The report with who filed it, this once."""
        report = await self._report(seat, request.match_info["id"])
        who = await self._filed_by(identity.get("person_id"))
        return await self._draw(request, seat, report, identity=identity, filed_by=who)

    async def _filed_by(self, person_id: str | None) -> people.Person | None:
        if person_id is None:
            return None
        return await self._frame.acts.read(people.person, person_id)

    async def again(
        self,
        request: web.Request,
        seat: Seat,
        refused: Refusal,
        act: str,
        *,
        typed: str = "",
        sent: Mapping[str, str] | None = None,
        handed: Mapping[str, str] | None = None,
        files: Uploads = NO_FILES,
    ) -> web.StreamResponse:
        """The report as it stands now, with what was wrong, what was typed, and what was uploaded with it.

        `handed`: the fields of a hand-over.
        """
        status, report = status_of(refused), await self._report(seat, request.match_info["id"])
        told = {"problem": refused.code, "at": refused.field or "text", "act": act, "typed": typed, "sent": sent or {}}
        told["details"] = refused.values
        told["limit"] = await due_of(self._frame, sent or {}) if act == "interim" else Limit()
        form = (handed, refused) if handed is not None else None
        return await self._draw(request, seat, report, status=status, form=form, files=files, **told)

    def address(self, request: web.Request, report_id: str, done: str) -> str:
        """The address of the report's page after an act, within the list that it was opened from."""
        return self._query(request).report(report_id, done=done)

    async def _hand_form(
        self, report: Report, form: tuple[Mapping[str, str], Refusal] | None, item: CaseItem | None
    ) -> HandForm:
        """The hand-over form, with what follows from the report, or this item, already; or as it was refused."""
        kind, (typed, error) = OF_CASE if report.kind == COMPLAINT else WITHOUT_CASE, form or (None, None)
        about = {"unit_id": report.unit_id, "report_id": report.id, "item": item and (item.id, item.text)}
        return await hand_form(self._frame, kind, **about, typed=typed, error=error)

    async def _report(self, seat: Seat, report_id: str) -> Report:
        report = await seat.acts.read(desk.look, report_id)
        if report is None:
            raise web.HTTPNotFound
        return report

    async def _clerks(self, report: Report | None, items: Sequence[Item]) -> Mapping[str, str]:
        """The names of the office's people who have said something about the report, or deal with one of the list."""
        actors = {one.actor for one in report.said} if report else set()
        given = [pair for one in report.said for pair in one.moved.get("assigned_to", ())] if report else []
        named = {*actors, *given, *(one.assigned_to for one in items), report and report.assigned_to} - {None}
        return await self._frame.acts.read(people.names_of, named) if named else {}

    async def _filters(self, query: Query, seat: Seat, most: int | None = MOST) -> Filters:
        """What to list; of what the words find, the newest `most`, or all."""
        filters = query.filters(self._frame.directory(), seat.person.id)
        return await self._frame.search.narrowed(seat.acts, filters, most)

    async def _tags(self, seat: Seat) -> Mapping[str, str]:
        """The tags to choose from: their names by id."""
        return {one.id: one.name for one in await seat.acts.read(desk.suggested)}

    def _query(self, request: web.Request) -> Query:
        return filters.read(request.query, self._frame.directory())

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        report: Report | None,
        *,
        status: int = 200,
        form: tuple[Mapping[str, str], Refusal] | None = None,
        files: Uploads = NO_FILES,
        **values: Any,
    ) -> web.Response:
        frame, query, now = self._frame, self._query(request), self._frame.acts.clock()
        read = seat.acts.at(now).read  # what the desk shows depends on who asks
        wanted = await self._filters(query, seat)
        shown = await read(desk.listed, wanted, query.after, report.id if report else "")
        counted = await read(desk.counts, wanted)
        chosen = request.query.get("item")  # to be handed over
        item = (
            next((one for one in report.items if one.id == chosen and not one.is_with_unit), None) if report else None
        )
        hand = await self._hand_form(report, form, item) if report else None
        values = {"act": "hand"} | values if item else values
        following = await read(desk.next_open, wanted, report.id) if report else None
        texts, nothing = (
            frame.speaks(request),
            {
                "done": None,
                "problem": None,
                "at": "",
                "act": "",
                "typed": "",
                "sent": {},
                "details": {},
                "identity": None,
                "limit": Limit(),
            },
        )
        return frame.page(
            request,
            "desk/inbox.html",
            seat,
            status=status,
            shown=shown,
            counts=counted,
            query=query,
            found=wanted.found,
            saved=await seat.acts.read(desk.saved_searches),
            alike=await frame.search.alike(seat.acts, report) if report and report.kind != VISIT else [],
            MOST=MOST,
            tags=await self._tags(seat),
            LONGEST_TAG=desk.LONGEST_TAG,
            MOST_TAGS=desk.MOST_TAGS,
            report=report,
            hand=hand,
            following=following,
            directory=frame.directory(),
            now=now,
            findings=lambda found: seen_in(texts, found),
            marked=desk.marked,
            KINDS=KINDS,
            STATES=STATES,
            CATEGORIES=CATEGORIES,
            OUTCOMES=OUTCOMES,
            PRIORITIES=PRIORITIES[::-1],
            BOXES=BOXES,
            MOST_ITEMS=MOST_ITEMS,
            LONGEST_ITEM=LONGEST_ITEM,
            LONGEST_ANSWER=LONGEST_ANSWER,
            APPEALS=[*Appeal],
            people=await self._clerks(report, shown.items),
            clerks=await read(desk.clerks, report.confined) if report else {},
            SHORTEST=SHORTEST_REASON,
            uploaded=await read(evidence.uploaded, files.pieces) if files.pieces else [],
            bad_files=files.bad,
            ticks=await read(desk.ticks, shown.items) if seat.may(Right.DECIDE_REPORTS) else {},
            givable=await read(desk.clerks) if seat.may(Right.DECIDE_REPORTS) else {},
            no_room=frame.store.room.is_short,
            opening=await read(desk.opening_of, report.id) if report and seat.may(Right.OPEN_IDENTITIES) else None,
            ask_days=limits().ask,
            standard=await texts_for(frame, texts, report) if report else (),
            nudges=frame.sms and limits().nudge,
            **({"filed_by": None, "saved_done": None} | nothing | values),
        )


async def _to_the_list(request: web.Request) -> web.StreamResponse:
    raise web.HTTPPermanentRedirect("/console")
