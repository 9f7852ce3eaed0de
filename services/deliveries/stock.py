"""What a sender has in hand: leased parcels, who is next, and how many may be on the wire at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from services.deliveries.values import BROADCAST, URGENCY, Parcel, Room

AHEAD, REMINDERS_AHEAD = 8, 6  # times as many as are sent at once; what has not begun is given back after a crash
_RANK = {urgency: rank for rank, urgency in enumerate(URGENCY)}
Order = tuple[int, int]


def order(parcel: Parcel) -> Order:
    """The more urgent first, then the older."""
    return _RANK[parcel.urgency], parcel.id


def _replaces(newer: Parcel, older: Parcel) -> bool:
    """A newer screen shows everything that an older one does, but for the reason why something was refused.

    Nine photos of an album give one redraw. What is said is always sent.
    """
    new, old = newer.body.ask, older.body.ask
    if new is None or old is None:
        return False
    return old.problem is None or (new.problem is not None and new.problem.code == old.problem.code)


class Stock:
    """Each contact has one parcel on the wire at a time. Some places are kept for replies, more for reminders.

    Broadcasts are leased in no greater number than they are sent at once: a crash leaves each of them uncertain.
    """

    def __init__(self, at_once: int) -> None:
        self._most = (at_once, max(1, at_once * 4 // 5), max(1, at_once * 2 // 5))  # of this urgency and all below it
        self._room = Room(at_once * AHEAD, at_once * REMINDERS_AHEAD, self._most[2])
        self._waiting: dict[str, list[Parcel]] = {}  # by contact, in order
        self._running: dict[str, Parcel] = {}  # by contact
        self._next: list[tuple[Order, str]] = []  # heap; what is no longer true is passed over
        self._leased: Counter[str] = Counter()  # by urgency
        self._ids: set[int] = set()

    def __contains__(self, id: object) -> bool:
        return id in self._ids

    @property
    def busy(self) -> bool:
        """Whether anything waits or is on the wire."""
        return bool(self._ids)

    @property
    def ids(self) -> set[int]:
        return set(self._ids)

    def room(self) -> Room:
        below = self._leased["reminder"] + self._leased[BROADCAST]
        room = self._room
        return Room(
            room.all - len(self._ids), room.reminders - below, max(0, room.broadcasts - self._leased[BROADCAST])
        )

    def notices(self) -> set[str]:
        """Those of which something is under way."""
        if not self._leased[BROADCAST]:
            return set()
        return {one.notice_id for one in (*self._running.values(), *self.waiting()) if one.notice_id}

    def waiting(self) -> Iterator[Parcel]:
        for queue in self._waiting.values():
            yield from queue

    def add(self, parcel: Parcel) -> None:
        queue = self._waiting.setdefault(parcel.contact_id, [])
        queue.append(parcel)
        queue.sort(key=order)
        self._ids.add(parcel.id)
        self._leased[parcel.urgency] += 1
        self._offer(parcel.contact_id)

    def thin_out(self, contact_id: str) -> list[int]:
        """Takes out those that wait and that a newer one has made pointless; their ids."""
        queue = self._waiting.get(contact_id, ())
        pointless = {
            older.id for n, older in enumerate(queue) if any(_replaces(newer, older) for newer in queue[n + 1 :])
        }
        return [one.id for one in self.take_out(lambda one: one.id in pointless, contact_id)] if pointless else []

    def pick(self) -> Parcel | None:
        """The next that may begin now; it then has its place until `done`."""
        while self._next:
            first, contact_id = self._next[0]
            queue = self._waiting.get(contact_id)
            if contact_id in self._running or not queue or order(queue[0]) != first:
                heappop(self._next)
            elif self._has_place(first[0]):
                heappop(self._next)
                return self._begun(contact_id, queue)
            else:
                return None
        return None

    def done(self, parcel: Parcel) -> None:
        del self._running[parcel.contact_id]
        self._forget(parcel)
        self._offer(parcel.contact_id)

    def take_out(self, wanted: Callable[[Parcel], bool], contact_id: str | None = None) -> list[Parcel]:
        """Removes those that wait (of this contact) and are wanted."""
        taken: list[Parcel] = []
        for name in [contact_id] if contact_id else list(self._waiting):
            queue = self._waiting.pop(name, [])
            taken += [one for one in queue if wanted(one)]
            if kept := [one for one in queue if not wanted(one)]:
                self._waiting[name] = kept
                self._offer(name)
        for parcel in taken:
            self._forget(parcel)
        return taken

    def _begun(self, contact_id: str, queue: list[Parcel]) -> Parcel:
        parcel = queue.pop(0)
        if not queue:
            del self._waiting[contact_id]
        self._running[contact_id] = parcel
        return parcel

    def _has_place(self, rank: int) -> bool:
        """A reply needs one of all places, a broadcast one of each kind."""
        running = len(self._running)
        if rank == 0 or running < self._most[rank]:
            return running < self._most[0]
        ranks = [_RANK[one.urgency] for one in self._running.values()]
        return running < self._most[0] and all(
            sum(one >= level for one in ranks) < self._most[level] for level in range(1, rank + 1)
        )

    def _offer(self, contact_id: str) -> None:
        queue = self._waiting.get(contact_id)
        if queue and contact_id not in self._running:
            heappush(self._next, (order(queue[0]), contact_id))

    def _forget(self, parcel: Parcel) -> None:
        self._ids.discard(parcel.id)
        self._leased[parcel.urgency] -= 1
