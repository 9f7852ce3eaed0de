"""The people of the office, the units and the supervisors: their roles, and the one-time links that let them in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import segno
from aiohttp import web

from conversation import amounts
from services import obligations, people
from services.foundation.act import Act
from services.foundation.folding import found_by
from services.foundation.phones import masked
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from services.foundation.wording import readable
from services.people import GROUPS, SOLE, Member, Right
from web.site.asked import LONGEST_WORDS
from web.site.frame import ID, Frame, Seat, fields, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of

DAYS = 7
NOTHING: dict[str, object] = {"name": "", "roles": [], "units": [], "phone": ""}
PLACES = {
    "bad_phone": "phone",
    "has_head": "roles",
    "known": "known",
    "role_wanted": "roles",
    "unit_wanted": "roles",
}  # by code: the field beside which it is shown


class People:
    PAGE = Page("people", "/console/people", Right.MANAGE_PEOPLE)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/people", seated(self._list, Right.MANAGE_PEOPLE)),
            web.get(f"/console/people.{FORM}", seated(self._leave, Right.MANAGE_PEOPLE)),
            web.post("/console/people", seated(self._add, Right.MANAGE_PEOPLE)),
            web.post(f"/console/people/{ID}/grant", seated(self._grant, Right.MANAGE_PEOPLE)),
            web.get(f"/console/people/{ID}/withdraw", seated(self._ask_withdraw, Right.MANAGE_PEOPLE)),
            web.post(f"/console/people/{ID}/withdraw", seated(self._withdraw, Right.MANAGE_PEOPLE)),
            web.post(f"/console/people/{ID}/link", seated(self._link, Right.MANAGE_PEOPLE)),
            web.post(f"/console/people/{ID}/phone", seated(self._phone, Right.MANAGE_PEOPLE)),
            web.get(f"/console/people/{ID}/more", seated(self._more, Right.MANAGE_PEOPLE)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The people as a file or for paper, with what the page shows of each."""
        table = Leaving("people", people.COLUMNS, people.leaving, "people/paper.html")
        return await leave(self._frame, request, seat, table)

    async def _more(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The forms for one of the people, as a part of the page."""
        frame, person_id = self._frame, request.match_info["id"]
        person = await frame.acts.read(people.person, person_id)
        if person is None:
            raise web.HTTPNotFound
        grants = await frame.acts.read(people.roles_of, person_id)
        return frame.page(
            request,
            "people/more.html",
            seat,
            person=person,
            grants=grants,
            problem=None,
            at_place="",
            heads=(),
            known=(),
            typed=NOTHING,
            GROUPS=GROUPS,
            DAYS=DAYS,
            directory=frame.directory(),
        )

    async def _add(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await fields(request, self._frame.site_url)
        name, phone = sent.get("name", [""])[-1], sent.get("phone", [""])[-1]
        roles, units = sent.get("role", []), self._known(sent.get("unit", []))
        try:
            person_id = await seat.acts.write(
                _add_member,
                name,
                roles,
                units,
                phone=phone,
                takes_over="takes_over" in sent,
                another="another" in sent,
                number=sent.get("number", [""])[-1],
            )
        except Refusal as error:
            typed = {"name": name, "roles": roles, "units": units, "phone": phone}
            return await self._draw(request, seat, status_of(error), problem=error, about="", typed=typed)
        raise web.HTTPSeeOther(f"/console/people?open={person_id}&done=add#{person_id}")

    async def _grant(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, person_id = self._frame, request.match_info["id"]
        sent = await fields(request, frame.site_url)
        roles, units = sent.get("role", []), self._known(sent.get("unit", []))
        try:
            await seat.acts.write(people.grant_more, person_id, roles, units, takes_over="takes_over" in sent)
        except Refusal as error:
            return await self._refuse(request, seat, error, {"roles": roles, "units": units})
        raise web.HTTPSeeOther(f"/console/people#{person_id}")

    async def _phone(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, person_id = self._frame, request.match_info["id"]
        typed = (await form(request, frame.site_url)).get("phone", "")
        try:
            await seat.acts.write(set_phone, person_id, typed)
        except Refusal as error:
            return await self._refuse(request, seat, error, {"phone": typed})
        raise web.HTTPSeeOther(f"/console/people#{person_id}")

    async def _ask_withdraw(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Asks once more, and says what the person loses by it."""
        role, unit = readable(request.query.get("role", "")), readable(request.query.get("unit", "")) or None
        try:
            withdrawal = await self._frame.acts.read(people.withdrawal, request.match_info["id"], role, unit)
        except Refusal as error:
            return await self._refuse(request, seat, error)
        place = self._frame.directory().name(unit) if unit else ""
        return self._frame.page(
            request, "people/withdraw.html", seat, withdrawal=withdrawal, role=role, unit=unit or "", place=place or ""
        )

    async def _withdraw(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        person_id, sent = request.match_info["id"], await form(request, self._frame.site_url)
        role, unit = readable(sent.get("role", "")), readable(sent.get("unit", "")) or None
        try:
            await seat.acts.write(people.withdraw_role, person_id, role, unit)
        except Refusal as error:
            return await self._refuse(request, seat, error)
        raise web.HTTPSeeOther("/console" if person_id == seat.person.id else f"/console/people#{person_id}")

    async def _link(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Issues a link, shown once: in the answer to the form itself, so that going back shows it to nobody."""
        frame, person_id = self._frame, request.match_info["id"]
        typed = (await form(request, frame.site_url)).get("days", "")
        days = amounts.read_amount(typed, amounts.DAYS) or 0
        try:
            person, code = await seat.acts.write(people.invite, person_id, days)
        except Refusal as error:
            return await self._refuse(request, seat, error)
        address = f"{frame.site_url}/in/{code}"
        drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, svgclass="qr", omitsize=True)
        return frame.page(
            request, "people/link.html", seat, person=person, code=code, address=address, qr=drawn, days=days
        )

    async def _refuse(
        self, request: web.Request, seat: Seat, problem: Refusal, typed: dict[str, object] | None = None
    ) -> web.StreamResponse:
        status, person_id = status_of(problem), request.match_info["id"]
        return await self._draw(request, seat, status, problem=problem, about=person_id, typed=typed)

    def _known(self, units: Sequence[str]) -> list[str]:
        return [unit for unit in units if self._frame.directory().get(unit)]

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        status: int = 200,
        *,
        problem: Refusal | None = None,
        about: str = "",
        typed: dict[str, object] | None = None,
    ) -> web.StreamResponse:
        frame = self._frame
        members = await seat.acts.write(people.members)
        heirs = await frame.acts.read(people.heirs)
        return frame.page(
            request,
            "people/list.html",
            seat,
            status=status,
            sections=_sections(members),
            problem=problem.code if problem else None,
            about=about,
            typed=NOTHING | (typed or {}),
            GROUPS=GROUPS,
            DAYS=DAYS,
            directory=frame.directory(),
            masked=masked,
            found_by=found_by,
            opened=request.query.get("open", ""),
            wanted=readable(request.query.get("q", ""))[:LONGEST_WORDS],
            added=request.query.get("done") == "add",
            number=new_id(),
            at_place=PLACES.get(problem.code, "") if problem else "",
            known=[one for one in members if problem and one.person.id in problem.values.get("people", ())],
            heads=_heads(members, problem.values.get("units", ()) if problem else ()),
            heirs=heirs,
        )


def _sections(members: Sequence[Member]) -> list[tuple[str, list[Member]]]:
    """Members in sections, by the first role of each, in the order of roles; "" for those who have none."""
    first = groupby(members, key=lambda member: member.grants[0].role if member.grants else "")
    return [(role, list(group)) for role, group in first]


def _heads(members: Sequence[Member], units: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The heads of each of these units now, by name."""
    return [(unit, [one.person.name for one in members if _is_head(one, unit)]) for unit in units]


def _is_head(member: Member, unit_id: str) -> bool:
    return any(one.unit_id == unit_id and one.role in SOLE for one in member.grants)


def _add_member(act: Act, *who: Any, **how: Any) -> str:
    person_id = people.add_member(act, *who, **how)
    obligations.catch_up(act, person_id)
    return person_id


def set_phone(act: Act, person_id: str, typed: str) -> None:
    people.set_phone(act, person_id, typed)
    obligations.catch_up(act, person_id)
