"""A sender's talk with the database: results in, parcels out, in one transaction, for as long as it has the lane."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from models.database import DatabaseAway
from services.calendar import office_quiet
from services.deliveries import lanes, leasing, recording, withholding
from services.deliveries.lanes import LANE
from services.deliveries.queueing import NoticeBodies
from services.deliveries.values import Holder, Parcel, Result, Room
from services.foundation.act import Act, Acts
from services.foundation.vault import new_id

LONGEST_REST = LANE.total_seconds() / 3  # the lane must be held on to
AWAY_REST = 2.0  # seconds
PUT_BACK = timedelta(minutes=1)  # a clock that goes back by more has been put right
log = structlog.get_logger()


@dataclass
class Told:
    """What the database has not been told yet."""

    results: list[Result] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    aborted: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.results) + len(self.superseded) + len(self.aborted)

    def ids(self) -> set[int]:
        return {*(one.id for one in self.results), *self.superseded, *self.aborted}

    def before(self, newer: Told) -> Told:
        """This, which could not be told, and what has come since."""
        return Told(self.results + newer.results, self.superseded + newer.superseded, self.aborted + newer.aborted)


@dataclass(frozen=True)
class Given:
    """What an exchange gave."""

    ours: bool  # whether we have the lane
    leased: Sequence[Parcel] = ()
    rest: float = LONGEST_REST  # seconds until there will be more
    aborted: frozenset[str] = frozenset()  # of the notices under way


class Exchange:
    """The lane of one channel, for one life of a sender. One exchange at a time."""

    def __init__(self, acts: Acts, channel: str, place: str | None) -> None:
        self._acts, self._channel = acts, channel
        life = new_id()
        self._holder = Holder(place or life, life)
        self._bodies = NoticeBodies(acts.vault)
        self._had = False  # whether we have held the lane in this life
        self._looked_at: datetime | None = None
        self._put_right = False  # whether the clock was ahead, and the database has not heard of it
        self._unheard = False  # whether an exchange may have been done without our hearing of it

    async def made(self, told: Told, room: Room, notices: Collection[str], known: Collection[int]) -> Given | None:
        """None where the database has not answered: nothing counts as told. `known`: the parcels in hand.

        `notices` are those under way: which of them have been aborted is asked.
        """
        unheard = {*known, *told.ids()} if self._unheard else None
        try:
            given = await self._acts.write(self._exchanged, told, room, notices, unheard, self._put_right)
        except Exception as error:
            self._unheard = True
            if not isinstance(error, DatabaseAway):  # which is told by the database itself
                log.error("sender_failed", channel=self._channel, error=type(error).__name__)
            return None
        self._unheard, self._put_right, self._had = False, False, self._had or given.ours
        return given

    def clock_put_back(self) -> bool:
        """Whether the clock was ahead until now: nothing waits for hours because it has put it off."""
        now, before = self._acts.clock(), self._looked_at
        self._looked_at = now
        if before is None or now >= before - PUT_BACK:
            return False
        log.warning("clock_put_back", channel=self._channel, seconds=round((before - now).total_seconds()))
        self._put_right = True
        return True

    async def leave(self, told: Told) -> None:
        """Raises DatabaseAway."""
        await self._acts.write(self._left, told)

    # --- in the worker thread, inside the transaction ---

    def _exchanged(
        self, act: Act, told: Told, room: Room, notices: Collection[str], known: set[int] | None, put_right: bool
    ) -> Given:
        _tell(act, told)
        if not lanes.hold_lane(act, self._channel, self._holder, back=not self._had):
            return Given(ours=False, rest=AWAY_REST)
        if put_right:
            lanes.hasten(act, self._channel)
        if known is not None:
            leasing.give_back(act, self._channel, known)
        stopped = frozenset(leasing.aborted(act, notices)) if notices else frozenset()
        if room.all <= 0:
            return Given(True, aborted=stopped)
        if office_quiet().holds(act.now):
            withholding.hold_over(act, self._channel, office_quiet().night(act.now))
        leased = leasing.lease(act, self._channel, room, self._bodies)
        if len(leased) >= room.all:  # nothing more before a result makes room
            return Given(True, leased, aborted=stopped)
        return Given(True, leased, self._rest(act), stopped)

    def _rest(self, act: Act) -> float:
        due = leasing.next_due(act, self._channel)
        if due is None:
            return LONGEST_REST
        # What is due and was not leased has no room yet.
        return min(LONGEST_REST, (due - act.now).total_seconds()) if due > act.now else AWAY_REST

    def _left(self, act: Act, told: Told) -> None:
        _tell(act, told)
        lanes.leave_lane(act, self._channel, self._holder)


def _tell(act: Act, told: Told) -> None:
    recording.record(act, told.results)
    recording.supersede(act, told.superseded)
    recording.stop(act, told.aborted)
