"""The stock of a sender: leased parcels, which is next, and how many may be on the wire at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from services.deliveries.values import BROADCAST, URGENCY, Capacity, Parcel

AHEAD, REMINDERS_AHEAD = 8, 6  # this many times what is sent at once; what has not begun goes back after a crash
_RANK = {urgency: rank for rank, urgency in enumerate(URGENCY)}
Order = tuple[int, int]


def order(parcel: Parcel) -> Order:
    """The sort key of a parcel: the more urgent first, then the older."""
    return _RANK[parcel.urgency], parcel.id


def _replaces(newer: Parcel, older: Parcel) -> bool:
    """Whether a newer screen replaces an older one: it shows everything but the reason for a refusal.

    Nine photos of an album give one redraw. What is said (`Say`) is always sent.
    """
    new, old = newer.body.ask, older.body.ask
    if new is None or old is None:
        return False
    return old.problem is None or (new.problem is not None and new.problem.code == old.problem.code)


class Stock:
    """The parcels in hand, one at a time on the wire for each contact.

    Some places are kept for replies, more for reminders.

    No more broadcasts are leased than are sent at once, because a crash leaves each of them uncertain.
    """

    def __init__(self, at_once: int) -> None:
        self._most = (at_once, max(1, at_once * 4 // 5), max(1, at_once * 2 // 5))  # by urgency, with all below it
        self._capacity = Capacity(at_once * AHEAD, at_once * REMINDERS_AHEAD, self._most[2])
        self._waiting: dict[str, list[Parcel]] = {}  # by contact, in order
        self._running: dict[str, Parcel] = {}  # by contact
        self._next: list[tuple[Order, str]] = []  # heap; outdated entries are skipped
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

    def capacity(self) -> Capacity:
        below = self._leased["reminder"] + self._leased[BROADCAST]
        capacity = self._capacity
        return Capacity(
            capacity.all - len(self._ids),
            capacity.reminders - below,
            max(0, capacity.broadcasts - self._leased[BROADCAST]),
        )

    def notices(self) -> set[str]:
        """The ids of the notices of which something is under way."""
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
        """Takes out a contact's waiting parcels that a newer one has made pointless; returns their ids."""
        queue = self._waiting.get(contact_id, ())
        pointless = {
            older.id for n, older in enumerate(queue) if any(_replaces(newer, older) for newer in queue[n + 1 :])
        }
        return [one.id for one in self.take_out(lambda one: one.id in pointless, contact_id)] if pointless else []

    def pick(self) -> Parcel | None:
        """The next parcel that may begin now; it occupies a place until `done`."""
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
        """Removes the waiting parcels (of this contact) that `wanted` selects, and returns them."""
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
        """Whether a parcel of this rank may begin: a reply needs any place, a broadcast one at each level."""
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
