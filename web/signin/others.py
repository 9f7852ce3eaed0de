"""A colleague's sign-in, for whoever manages the people: open sessions to end, and ways to take after a loss."""

from __future__ import annotations

from aiohttp import web

from services import people, signin
from services.people import Right
from web.site.frame import ID, Frame, Seat

PAGE = f"/console/people/{ID}/signin"
DONE = frozenset(("ended", "taken"))


class Others:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(PAGE, seated(self._look, Right.MANAGE_PEOPLE)),
            web.post(f"{PAGE}/{{session:[0-9a-f]{{20}}}}/end", seated(self._end, Right.MANAGE_PEOPLE)),
            web.post(f"{PAGE}/end", seated(self._end_all, Right.MANAGE_PEOPLE)),
            web.post(f"{PAGE}/take", seated(self._take, Right.MANAGE_PEOPLE)),
        ]

    async def _look(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        read, person_id = self._frame.acts.read, request.match_info["id"]
        person = await read(people.person, person_id)
        if person is None:
            raise web.HTTPNotFound
        done = request.query.get("done", "")
        return self._frame.page(
            request,
            "signin/other.html",
            seat,
            person=person,
            ways=await read(signin.ways_of, person_id),
            sessions=await read(people.sessions_of, person_id),
            done=done if done in DONE else None,
        )

    async def _end(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        person_id = request.match_info["id"]
        await seat.acts.write(people.end_session, person_id, request.match_info["session"])
        raise web.HTTPSeeOther(f"/console/people/{person_id}/signin?done=ended")

    async def _end_all(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Ends all sessions of a person; of one's own all but this one."""
        person_id = request.match_info["id"]
        await seat.acts.write(people.end_sessions, person_id, seat.session.id)
        raise web.HTTPSeeOther(f"/console/people/{person_id}/signin?done=ended")

    async def _take(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        person_id = request.match_info["id"]
        await seat.acts.write(signin.take_ways, person_id)
        raise web.HTTPSeeOther(f"/console/people/{person_id}/signin?done=taken")
