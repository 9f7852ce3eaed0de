"""What whoever filed a case says of the office's answer (P-01, P-02, C21): voluntary, one rating a matter and round.

Levels are those of GB/T 39734 and are not changed locally. Silence is a state of its own and never counts as content.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, and_, exists, insert, select, type_coerce, update

from models.tables import cases, entries, ratings
from services import calendar, obligations
from services.cases.codes import CaseCode
from services.cases.filing import own_case
from services.cases.life import COMPLAINT, State
from services.cases.steps import LockedCase, from_citizen, held, note
from services.foundation.act import CITIZEN, Act
from services.foundation.happenings import Happening, record
from services.foundation.moments import first_of_day
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.people import Contact

LEVELS = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")
SATISFIED, BAD = frozenset(LEVELS[:3]), frozenset(LEVELS[3:])
REASONS = ("attitude", "slow", "not_solved", "wrong_facts", "shirked", "fees", "other")
REOPENING = frozenset(("not_solved", "wrong_facts"))  # reasons that ask for reopening; a clerk decides (P-12)
RIGHTING = "righting"  # what the office owes after a bad rating: to put it right, and to call back (P-03)


class RatingState(StrEnum):
    """How a rating stands."""

    ASKED = "asked"
    GIVEN = "given"
    LAPSED = "lapsed"  # its days have passed in silence


@dataclass(frozen=True)
class Given:
    """What somebody says of an answer, by codes, and an optional word."""

    solved: bool
    level: str
    reasons: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True)
class Rating:
    """A rating of a case that was asked for, with what was said."""

    id: str
    case_id: str
    number: str  # of the case
    round: int
    state: RatingState
    asked_on: date
    until_on: date
    given_on: date | None
    solved: bool | None
    level: str | None
    reasons: Sequence[str]
    text: str
    right_on: date | None  # when the office noted that it was put right
    aside: str | None  # why it was set aside
    aside_by: str | None
    newest: bool = False  # of those of its case that were given

    @property
    def is_bad(self) -> bool:
        return self.level in BAD

    @property
    def is_to_be_righted(self) -> bool:
        return self.is_bad and self.right_on is None and self.aside is None

    @property
    def asks_for_reopening(self) -> bool:
        return not REOPENING.isdisjoint(self.reasons)


def ask_rating(act: Act, case: LockedCase) -> date | None:
    """Opens a rating of a case that has just been closed, or put right; its last day. None where none is asked for.

    One that was asked for and not given before the case was reopened is asked for anew.
    """
    days = calendar.limits().rate
    if days is None:
        return None
    own_days, today = calendar.own_days(act), act.now.date()
    last = rating_of(act, case.id)
    asked = {
        "asked_on": today,
        "remind_on": calendar.workday_after(today, max(1, days // 2), own_days),
        "until_on": calendar.workday_after(today, days, own_days),
    }
    if last is not None and last.state is RatingState.ASKED:
        _write(act, last.id, **asked)
    else:
        nth = last.round + 1 if last else 1
        row = {"id": new_id(), "case_id": case.id, "round": nth, "state": RatingState.ASKED, **asked}
        act.tx.execute(insert(ratings).values(**row))
        act.wrote(ratings, row["id"])
    return asked["until_on"]


def rate(act: Act, contact: Contact, case_id: str, given: Given) -> Rating:
    """Rates the answer to an own case; a bad one makes the office owe a call-back (P-03).

    Raises Refusal: gone, where it is not this contact's or nothing was asked; decided, where it was given, its days
    have passed or the case is open again.
    """
    if own_case(act, contact.id, case_id) is None:
        raise Refusal(Common.GONE)
    case, rating = held(act, case_id), rating_of(act, case_id)
    if rating is None:
        raise Refusal(Common.GONE)
    if rating.state is not RatingState.ASKED or case.state is not State.CLOSED:
        raise Refusal(CaseCode.DECIDED)
    reasons = [one for one in REASONS if one in given.reasons] if given.level in BAD else []
    said = {"solved": given.solved, "level": given.level, "reasons": reasons}
    entry_id = note(act.by(CITIZEN), case, "rate", given.text)
    _write(act, rating.id, state=RatingState.GIVEN, given_on=act.now.date(), entry_id=entry_id, **said)
    if case.kind == COMPLAINT:
        record(act, _happening(act, case, rating, given))
    if given.level in BAD:
        from_citizen(act, case_id)
        if not case.is_appealed:  # else what its head owes comes first: `owe_righting` follows
            _owe(act, case)
    return replace(rating, state=RatingState.GIVEN, given_on=act.now.date(), text=given.text, **said)


def rating_of(act: Act, case_id: str) -> Rating | None:
    """The newest rating of a case, given or only asked for."""
    return next(iter(ratings_of(act, [case_id]).get(case_id, ())), None)


def given_of(ratings: Iterable[Rating]) -> Rating | None:
    """The newest rating that was given, among all of a case: another may have been asked for since."""
    return next((one for one in ratings if one.newest), None)


def ratings_of(act: Act, case_ids: Collection[str]) -> Mapping[str, Sequence[Rating]]:
    """The ratings of these cases, by case, the newest first."""
    found: dict[str, list[Rating]] = {}
    for row in act.tx.execute(_RATINGS.where(ratings.c.case_id.in_(case_ids)).order_by(ratings.c.round.desc())):
        values = row._asdict() | {"state": RatingState(row.state), "reasons": row.reasons or (), "text": row.text or ""}
        found.setdefault(row.case_id, []).append(Rating(**values))
    return found


def note_right(act: Act, case: LockedCase, rating: Rating) -> None:
    """Notes that what a bad rating complained of was put right: the office owes nothing about it any more."""
    _write(act, rating.id, right_on=act.now.date())
    obligations.keep(act, case.id, kind=RIGHTING)


def note_aside(act: Act, case: LockedCase, rating: Rating, entry_id: str) -> None:
    """Sets a rating aside for the reason in an entry: it stays, is counted apart, and the office owes nothing."""
    _write(act, rating.id, aside_id=entry_id)
    if rating.is_to_be_righted and case.state is State.CLOSED:
        obligations.keep(act, case.id, kind=RIGHTING)


def owe_righting(act: Act, case: LockedCase) -> None:
    """Makes the office owe what a bad rating asks for that came while it owed something else."""
    rating = rating_of(act, case.id)
    if case.state is State.CLOSED and rating is not None and rating.is_to_be_righted:
        _owe(act, case)


def _write(act: Act, rating_id: str, **values: Any) -> None:
    act.tx.execute(update(ratings).where(ratings.c.id == rating_id).values(**values))
    act.wrote(ratings, rating_id)


def _owe(act: Act, case: LockedCase) -> None:
    days = calendar.limits().put_right
    if days is not None:
        obligations.promise(act.by(CITIZEN), RIGHTING, case.id, case.number, days)


def _happening(act: Act, case: LockedCase, rating: Rating, given: Given) -> Happening:
    detail = {"number": case.number, "level": given.level, "solved": "yes" if given.solved else "no"}
    kind = f"{COMPLAINT}_rated"
    return Happening(kind, rating.id, first_of_day(act.now), case.unit_id, case.id, detail=detail)


_later = ratings.alias("later")
# A rating that was given, and none later of its case: the one that is read, counted in a list and acted on.
NEWEST_GIVEN = and_(
    ratings.c.level.is_not(None),
    ~exists().where(
        _later.c.case_id == ratings.c.case_id, _later.c.round > ratings.c.round, _later.c.level.is_not(None)
    ),
)
_said, _aside = entries.alias("said"), entries.alias("aside")
_RATINGS = (
    select(
        *(ratings.c[name] for name in ("id", "case_id", "round", "state", "asked_on", "until_on", "given_on")),
        *(ratings.c[name] for name in ("solved", "level", "reasons", "right_on")),
        cases.c.number,
        _said.c.text.label("text"),
        _aside.c.text.label("aside"),
        _aside.c.actor.label("aside_by"),
        type_coerce(NEWEST_GIVEN, Boolean).label("newest"),
    )
    .join(cases, cases.c.id == ratings.c.case_id)
    .outerjoin(_said, _said.c.id == ratings.c.entry_id)
    .outerjoin(_aside, _aside.c.id == ratings.c.aside_id)
)
