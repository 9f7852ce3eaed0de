"""Looks for words in everything that was said about a report: its number, the story, additions, answers, notes.

What was said is sealed in the database, and an index of words there would tell which words are frequent. So whoever
searches keeps all of it in memory, folded, and reads it once. What has changed since is what the events of the audit
chain name, of every process: who writes a text appends an event, so nothing else has to be written down.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from sys import intern
from typing import Any

from sqlalchemy import Select, select

from models.database import DatabaseAway
from models.parts import in_parts
from models.tables import audit, audit_waiting, cases, entries, items, obligations, visits
from services.desk.likeness import MOST_NEAR, NEAR, Alike, likest, same_files, told
from services.desk.listing import ids_of
from services.desk.values import Filters, Found, Report
from services.foundation import chain
from services.foundation.act import Act, Acts
from services.foundation.events import known
from services.foundation.folding import folded, says_nothing
from services.foundation.pinyin import spelled
from services.foundation.searching import opened_words

MOST = 1_000  # reports that a search finds: the newest
MOST_LETTERS = 120_000_000  # kept in memory, at two bytes each; a report has some 250
AT_ONCE = 500
STORY = 1  # the line of a text on which its story stands: after the number
FOLLOW_SECONDS = 60.0  # between two looks for what has changed, so that no search has much to catch up with
_TEXTS = frozenset(("cases", "visits", "entries", "items"))  # tables whose rows say something


@dataclass(frozen=True, slots=True)
class _Text:
    """What was said about a report, folded, a line each."""

    unit_id: str | None
    said: str


class Search:
    """What one process can search. `run()` reads everything and keeps up; a search catches up by itself."""

    def __init__(self, acts: Acts, most_letters: int = MOST_LETTERS) -> None:
        self._acts, self._most_letters = acts, most_letters
        self._days: dict[date, dict[str, _Text]] = {}  # by the day on which a report last moved, and by its id
        self._day_of: dict[str, date] = {}
        self._letters = 0
        self._reached: int | None = None  # the number of the last event that was looked at; None: nothing read yet
        self._ended = False
        self._since: date | None = None  # before this day not everything is kept

    async def run(self) -> None:
        """Reads everything and keeps up, until cancelled: then nothing more is read."""
        try:
            while True:
                with contextlib.suppress(DatabaseAway):
                    await self._acts.database.think(self._follow)
                await asyncio.sleep(FOLLOW_SECONDS)
        finally:
            self._ended = True

    async def narrowed(self, acts: Acts, filters: Filters, most: int | None = MOST) -> Filters:
        """The filters with the reports in which their words are found. Raises DatabaseAway."""
        return await acts.database.think(self.look, acts, filters, most) if filters.words else filters

    def look(self, acts: Acts, filters: Filters, most: int | None = MOST) -> Filters:
        """Like `narrowed`, in the calling thread, which must be the only one. `most`: None for all that are found."""
        if not filters.words:
            return filters
        self._follow()
        found: list[str] = []
        rest, under = _beside_words(filters), None
        for ids in self._with_all(filters.words.split(), filters.named):
            found += ids if under is None else [one for one in ids if one in under]
            if most is not None and len(found) > most:
                if rest is None or under is not None:
                    break
                under = acts.look(ids_of, rest)
                found = [one for one in found if one in under]
        more = most is not None and len(found) > most
        return replace(filters, found=Found(tuple(found[:most]), more, self._since))

    async def alike(self, acts: Acts, report: Report) -> list[Alike]:
        """Cases that may be about the same thing as this one. Raises DatabaseAway."""
        return await acts.database.think(self.look_alike, acts, report)

    def look_alike(self, acts: Acts, report: Report) -> list[Alike]:
        """Like `alike`, in the calling thread, which must be the only one."""
        self._follow()
        if report.id not in self._day_of:
            return []
        own, ids = self._story(report.id), list(islice(self._near(report.id), MOST_NEAR))
        files = acts.look(same_files, report.id, ids)
        likely = likest(own, {one: self._story(one) for one in ids}, files)
        if not likely:
            return []
        return acts.look(told, report.received_at, own, {one: self._story(one) for one in likely}, files)

    def _near(self, report_id: str) -> Iterator[str]:
        """The other reports of the same unit that moved last within `NEAR` of this one, the nearest first."""
        day = self._day_of[report_id]
        unit_id = self._days[day][report_id].unit_id
        within = (one for one in self._days if abs(one - day) <= NEAR)
        for near in sorted(within, key=lambda one: (abs(one - day), one)):
            of_unit = (one for one, text in self._days[near].items() if text.unit_id == unit_id)
            yield from sorted(one for one in of_unit if one != report_id)

    def _story(self, report_id: str) -> str:
        """What was first said in a report, folded."""
        return self._days[self._day_of[report_id]][report_id].said.split("\n", 2)[STORY]

    def _with_all(self, words: Sequence[str], named: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
        """The reports in which each of the words is found, by day, the newest first; within a day by their ids."""
        telling = [word for word in words if not says_nothing(word)]
        wanted = [
            (folded(word), spelled(folded(word)), frozenset(named.get(word, ())))
            for word in sorted(dict.fromkeys(telling or words), key=len, reverse=True)
        ]
        for day in sorted(self._days, reverse=True):
            left: Iterable[tuple[str, _Text]] = self._days[day].items()
            for word, sounds, units in wanted:
                if sounds is None and not units:  # as nearly always, and a third quicker
                    left = [one for one in left if word in one[1].said]
                else:
                    left = [one for one in left if one[1].unit_id in units or _holds(one[1].said, word, sounds)]
            yield sorted(report_id for report_id, _ in left)

    # --- what is kept, and keeping up with it -------------------------------------------------------------------------

    def _follow(self) -> None:
        reached, changed = self._acts.look(_changed, self._reached)
        anew = self._reached is None or reached < self._reached  # the first time, or another database by now
        if anew:
            self._days.clear()
            self._day_of.clear()
            self._letters, self._since = 0, None
            changed = self._acts.look(_all)
        for ids in _parts(changed):
            if self._ended:  # the process stops, and does not wait for the rest
                return
            self._take(ids)
            if anew and self._since:  # what follows is older still
                break
        self._reached = reached

    def _take(self, ids: Collection[str]) -> None:
        now = self._acts.look(_read, ids)
        for one in ids:
            if one in self._day_of:
                before = self._days[self._day_of.pop(one)].pop(one)
                self._letters -= len(before.said)
        for one, (day, text) in now.items():
            if self._since is None or day >= self._since:
                self._days.setdefault(day, {})[one] = text
                self._day_of[one] = day
                self._letters += len(text.said)
        while self._letters > self._most_letters and len(self._days) > 1:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        """Leaves a whole day out: what is kept is complete from a day on."""
        for one, text in self._days.pop(min(self._days)).items():
            del self._day_of[one]
            self._letters -= len(text.said)
        self._since = min(self._days)


def _holds(said: str, word: str, sounds: re.Pattern[str] | None) -> bool:
    """Whether a text holds the word, or, where it can be pinyin, something that is read so."""
    return word in said or (sounds is not None and sounds.search(said) is not None)


def _beside_words(filters: Filters) -> Filters | None:
    """The filters but for the words, and for those that the page counts by; None where there are none."""
    rest = replace(filters, words="", named={}, kind="", state="", unread=False, sort="")
    return None if rest == Filters() else rest


def _all(act: Act) -> list[str]:
    """The ids of every report, the newest first."""
    both = (act.tx.execute(select(table.c.id, table.c.moved_on)).all() for table in (cases, visits))
    found = [row for rows in both for row in rows]
    return [row.id for row in sorted(found, key=lambda row: row.moved_on, reverse=True)]


def _changed(act: Act, reached: int | None) -> tuple[int, list[str]]:
    """The number of the newest event, and the ids of the reports of which something was said since this number.

    What waits for its number is looked at first, so that nothing is missed that gets one meanwhile.
    """
    waiting = list(act.tx.execute(select(audit_waiting.c.sealed)).scalars())
    head, _ = chain.head(act.tx)
    if reached is None or head < reached:
        return head, []
    numbered = in_parts(act.tx, select(audit.c.seq, audit.c.sealed).where(audit.c.seq > reached), audit.c.seq)
    rows = [*waiting, *(row.sealed for row in numbered)]
    about = {one for data in rows for one in _about(act, data)}
    return head, list(_reports(act, about))


def _about(act: Act, data: bytes) -> Iterator[str]:
    event = known(act.vault, data)
    texts = [one for one in event.rows if one[0] in _TEXTS] if event else []
    if event and texts:
        yield event.subject
        yield from (row_id for _, row_id, _ in texts)


def _reports(act: Act, about: Collection[str]) -> set[str]:
    """The reports that these ids mean: a report, what a unit owes because of it, or what was said about either."""
    found = set(about)
    for column, of in ((entries.c.subject_id, entries.c.id), (obligations.c.subject_id, obligations.c.id)):
        for ids in _parts(list(found)):
            found.update(one for one in act.tx.execute(select(column).where(of.in_(ids))).scalars() if one)
    return found


def _read(act: Act, ids: Collection[str]) -> dict[str, tuple[date, _Text]]:
    """What was said about these reports as it is now, with the day on which each moved; one that is gone is missing."""
    said: dict[str, list[str]] = {}
    for wanted in _said(ids):
        for row in act.tx.execute(wanted):
            said.setdefault(row.of, []).append(opened_words(act.vault, row.sought, row.id))
    found: dict[str, tuple[date, _Text]] = {}
    for table in (cases, visits):
        columns = table.c.id, table.c.number, table.c.unit_id, table.c.moved_on, table.c.sought
        for row in act.tx.execute(select(*columns).where(table.c.id.in_(ids))):
            lines = folded(row.number), opened_words(act.vault, row.sought, row.id), *said.get(row.id, ())
            found[row.id] = row.moved_on, _Text(row.unit_id and intern(row.unit_id), "\n".join(lines))
    return found


def _said(ids: Collection[str]) -> Iterator[Select[*tuple[Any, ...]]]:
    """What was said about the reports themselves, their items, and what units said about what they owe of them."""
    yield select(entries.c.id, entries.c.subject_id.label("of"), entries.c.sought).where(entries.c.subject_id.in_(ids))
    yield select(items.c.id, items.c.case_id.label("of"), items.c.sought).where(items.c.case_id.in_(ids))
    about = entries.c.subject_id == obligations.c.id
    owed = select(entries.c.id, obligations.c.subject_id.label("of"), entries.c.sought).join_from(
        entries, obligations, about
    )
    yield owed.where(obligations.c.subject_id.in_(ids))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))
