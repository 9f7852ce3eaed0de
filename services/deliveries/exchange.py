"""Exchanges results for parcels between a sender and the database, in one transaction, as long as it has the lane."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from models.database import DatabaseAway
from models.tables import SMS
from services.calendar import office_quiet
from services.deliveries import lanes, leasing, recording, withholding
from services.deliveries.lanes import LANE
from services.deliveries.queueing import NoticeBodies
from services.deliveries.values import Capacity, Holder, Parcel, Result
from services.foundation.act import Act, Acts
from services.foundation.vault import new_id

LONGEST_REST = LANE.total_seconds() / 3  # seconds: often enough to keep the lane
AWAY_REST = 2.0  # seconds between two tries while the database is away
PUT_BACK = timedelta(minutes=1)  # a clock that goes back by more than this has been corrected
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
        """These reports, which could not be delivered, together with those that have come since."""
        return Told(self.results + newer.results, self.superseded + newer.superseded, self.aborted + newer.aborted)


@dataclass(frozen=True)
class Given:
    """The outcome of an exchange."""

    ours: bool  # whether this sender has the lane
    leased: Sequence[Parcel] = ()
    rest: float = LONGEST_REST  # seconds until there will be more
    aborted: frozenset[str] = frozenset()  # those of the notices asked about that have been aborted


class Exchange:
    """The exchanges with the lane of one channel, for one run of a sender. One exchange at a time."""

    def __init__(self, acts: Acts, channel: str, place: str | None) -> None:
        self._acts, self._channel = acts, channel
        run_id = new_id()
        self._holder = Holder(place or run_id, run_id)
        self._bodies = NoticeBodies(acts.vault)
        self._had = False  # whether the lane has been ours in this run
        self._looked_at: datetime | None = None
        self._put_right = False  # whether the clock was ahead, and the database does not know of it yet
        self._unheard = False  # whether an exchange may have been committed without our hearing of it

    async def made(
        self, told: Told, capacity: Capacity, notices: Collection[str], known: Collection[int]
    ) -> Given | None:
        """Makes one exchange; None if the database does not answer: nothing counts as told then.

        `known`: the parcels in hand.

        `notices`: those under way; the exchange tells which of them have been aborted.
        """
        unheard = {*known, *told.ids()} if self._unheard else None
        try:
            given = await self._acts.write(self._exchanged, told, capacity, notices, unheard, self._put_right)
        except Exception as error:
            self._unheard = True
            if not isinstance(error, DatabaseAway):  # the database logs that itself
                log.error("sender_failed", channel=self._channel, error=type(error).__name__)
            return None
        self._unheard, self._put_right, self._had = False, False, self._had or given.ours
        return given

    def clock_put_back(self) -> bool:
        """Whether the clock has just been put back: what it put off while it was ahead must not wait for hours."""
        now, before = self._acts.clock(), self._looked_at
        self._looked_at = now
        if before is None or now >= before - PUT_BACK:
            return False
        log.warning("clock_put_back", channel=self._channel, seconds=round((before - now).total_seconds()))
        self._put_right = True
        return True

    async def leave(self, told: Told) -> None:
        """Gives up the lane after telling the database everything. Raises DatabaseAway."""
        await self._acts.write(self._left, told)

    # --- in the worker thread, inside the transaction ---

    def _exchanged(
        self,
        act: Act,
        told: Told,
        capacity: Capacity,
        notices: Collection[str],
        known: set[int] | None,
        put_right: bool,
    ) -> Given:
        _tell(act, told)
        if not lanes.hold_lane(act, self._channel, self._holder, back=not self._had):
            return Given(ours=False, rest=AWAY_REST)
        if put_right:
            lanes.hasten(act, self._channel)
        if known is not None:
            leasing.give_back(act, self._channel, known)
        stopped = frozenset(leasing.aborted(act, notices)) if notices else frozenset()
        if capacity.all <= 0:
            return Given(True, aborted=stopped)
        if office_quiet().holds(act.now):
            night = office_quiet().night(act.now)
            withholding.hold_over(act, self._channel, night)
            if self._channel == SMS and withholding.pause_texts(act, night):
                capacity = replace(capacity, broadcasts=0)
        leased = leasing.lease(act, self._channel, capacity, self._bodies)
        if len(leased) >= capacity.all:  # no more until a result makes room
            return Given(True, leased, aborted=stopped)
        return Given(True, leased, self._rest(act), stopped)

    def _rest(self, act: Act) -> float:
        due = leasing.next_due(act, self._channel)
        if due is None:
            return LONGEST_REST
        # Something is due that was not leased, so there was no capacity for it.
        return min(LONGEST_REST, (due - act.now).total_seconds()) if due > act.now else AWAY_REST

    def _left(self, act: Act, told: Told) -> None:
        _tell(act, told)
        lanes.leave_lane(act, self._channel, self._holder)


def _tell(act: Act, told: Told) -> None:
    recording.record(act, told.results)
    recording.supersede(act, told.superseded)
    recording.stop(act, told.aborted)
