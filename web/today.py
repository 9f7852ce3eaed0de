"""Today at the desk, by what one's role may do: what waits, what is late, what comes, and where the cases stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from services import cases, desk, notices, obligations, talk
from services.cases import Appeal, State
from services.desk import BY_PROMISE, Counts, Filters, Item
from services.foundation.act import Act
from services.obligations import Kinds, Late, Obligation, ObligationFilters
from services.people import Right
from web.site.frame import Frame, Seat
from web.site.navigation import Page

MOST = 8  # lines of each list; the rest stands in the list itself
LOOKED_AT = 50  # of those by deadline, of which some are late already
COLUMNS = (State.RECEIVED, State.ACCEPTED, State.HANDED, State.ANSWERED, State.CLOSED)
BESIDE = (State.MERGED, State.DECLINED, State.REFERRED, State.WITHDRAWN)


@dataclass(frozen=True)
class Need:
    """Something that waits for somebody: how often, and where it is dealt with."""

    name: str  # of its words
    many: int
    address: str
    late: bool = False


@dataclass(frozen=True)
class Today:
    """What the page shows; what somebody's role may not see is empty."""

    needs: Sequence[Need]  # those that there are
    late_units: Sequence[tuple[str, int]]  # the unit that has been late longest first
    late_cases: Sequence[Item]
    coming_cases: Sequence[Item]
    coming: Sequence[Obligation]
    board: Sequence[tuple[str, int]] = field(default_factory=tuple)  # by state, in the order of a case's life
    beside: Sequence[tuple[str, int]] = field(default_factory=tuple)  # what no step of that life waits for


class TodayPage:
    PAGE = Page("today", "/console/today", Right.OPEN_CONSOLE)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/console/today", self._frame.seated(self._show, Right.OPEN_CONSOLE))]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame = self._frame
        today = await seat.acts.read(_today, seat, frame.kinds)
        return frame.page(
            request, "today/page.html", seat, today=today, directory=frame.directory(), now=frame.acts.clock()
        )


def _today(act: Act, seat: Seat, kinds: Kinds) -> Today:
    by_promise: Sequence[Item] = ()
    counted: Counts | None = None
    needs: list[Need] = []
    if seat.may(Right.READ_REPORTS):
        counted = desk.counts(act, Filters())
        by_promise = [one for one in desk.listed(act, Filters(sort=BY_PROMISE)).items if one.promised]
        mine = desk.assigned(act).get(seat.person.id, 0)
        needs += [
            Need("urgent", desk.owed_about(act, Filters(priority="urgent")), "/console?priority=urgent&sort=promise"),
            Need("overdue", counted.overdue, "/console?sort=promise", late=True),
            Need("unread", counted.unread, "/console?unread=1"),
            Need("mine", mine, "/console?whose=me"),
            Need("walkins", cases.walkins_counted(act)["open"], "/console/walkins"),
        ]
    if seat.may(Right.DECIDE_APPEALS):
        appealed = desk.counts(act, Filters(appeal=Appeal.WAITS)).all
        needs.append(Need("appeals", appealed, f"/console?appeal={Appeal.WAITS}"))
    coming: Sequence[Obligation] = ()
    late: Sequence[Late] = ()
    if seat.may(Right.OVERSEE_OBLIGATIONS):
        numbers = obligations.counts(act, ObligationFilters())
        needs += [
            Need(f"duties_{name}", numbers.get(name, 0), f"/console/duties?state={name}", late=name == "late")
            for name in ("late", "answered", "not_ours", "waiting", "asks")
        ]
        owed = obligations.listed(act, kinds, ObligationFilters(stage="owed", most=LOOKED_AT))
        coming = [one for one in owed if one.owed and not one.late][:MOST]
        late = obligations.late(act)
    if seat.may(Right.RELEASE_NOTICES):
        needs.append(Need("notices", notices.waiting_for(act), "/console/notices"))
    if seat.may(Right.READ_QUARANTINE):
        needs.append(Need("quarantine", len(talk.quarantined(act)), "/console/quarantine"))
    states = counted.states if counted else {}
    return Today(
        [one for one in needs if one.many],
        _by_unit(late)[:MOST],
        [one for one in by_promise if one.promised and one.promised.late][:MOST],
        [one for one in by_promise if one.promised and not one.promised.late and one.state != State.MERGED][:MOST],
        coming,
        [(state, states.get(state, 0)) for state in COLUMNS] if counted else (),
        [(state, states.get(state, 0)) for state in BESIDE if states.get(state)],
    )


def _by_unit(late: Sequence[Late]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for one in late:
        found[one.unit_id] = found.get(one.unit_id, 0) + one.count
    return list(found.items())
