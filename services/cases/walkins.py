"""Ratings at a window, by its code and without a case (好差评): anonymous, once a visit, counted apart from answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, func, select, update

from models.database import is_new
from models.tables import walkins
from services.cases.codes import CaseCode
from services.cases.rating import BAD, REASONS, SATISFIED, Given
from services.foundation import audit
from services.foundation.act import CITIZEN, Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import told_on, worded
from services.people import Contact
from services.signin import Counted, Pace, take
from services.units import PLACE, WHOLE, placed, unit_and_part

WALKIN_REASONS = tuple(one for one in REASONS if one != "wrong_facts")  # nothing was looked into yet
OF_ONE = Pace("walkins_of_one", 5, timedelta(hours=4))  # by one account, at whatever windows
AT_WINDOW = Pace("walkins_at", 30, timedelta(minutes=2))  # a window serves no more people than that
PAGE = 50
WALKIN_COLUMNS = ("day", "unit", "part", "solved", "level", "reasons", "text", "looked_day", "looked")


class Heard(StrEnum):
    """What became of a rating at a window."""

    TAKEN = "thanks"
    TODAY = "today"  # this account has rated this window today
    CROWDED = "crowded"  # more than can be of people who were there


@dataclass(frozen=True)
class Walkin:
    """A rating at a window."""

    id: str
    unit_id: str
    given_on: date
    served: bool
    level: str
    reasons: Sequence[str]
    text: str
    looked_on: date | None
    looked_by: str | None
    looked: str | None

    @property
    def is_open(self) -> bool:
        """Whether it is a bad one that nobody has looked into."""
        return self.level in BAD and self.looked_on is None


@dataclass(frozen=True, order=True)
class Walked:
    """Whole numbers about the ratings at a unit's windows."""

    given: int
    served: int
    satisfied: int  # of the three upper levels


@dataclass(frozen=True)
class WalkinFilters:
    """`show`: open, bad or all."""

    show: str = "open"
    units: Sequence[str] = ()
    after: str = ""


def rated_today(act: Act, contact: Contact, unit_id: str) -> bool:
    """Whether this account has rated this window today."""
    mine = walkins.c.mark == _mark(act, contact, unit_id)
    return act.tx.execute(select(walkins.c.id).where(mine)).first() is not None


def rate_walkin(act: Act, contact: Contact, unit_id: str, given: Given) -> Heard:
    """Takes a rating, of `Given.solved` whether somebody was served. Nothing is kept of who it was but a keyed mark."""
    if rated_today(act, contact, unit_id):
        return Heard.TODAY
    if take(act, [Counted(OF_ONE, contact.id), Counted(AT_WINDOW, unit_id)]):
        return Heard.CROWDED
    row = {
        "id": new_id(),
        "unit_id": unit_id,
        "given_on": act.now.date(),
        "served": given.solved,
        "level": given.level,
        "reasons": [one for one in WALKIN_REASONS if one in given.reasons] if given.level in BAD else [],
        "text": given.text,
        "mark": _mark(act, contact, unit_id),
    }
    if not is_new(act.tx, walkins, row):
        return Heard.TODAY
    act.wrote(walkins, row["id"])
    audit.append(act.by(CITIZEN), "walkin_rated", row["id"])
    return Heard.TAKEN


def look_into(act: Act, walkin_id: str, typed: str) -> None:
    """Notes what the office found out about a bad one. Raises Refusal: gone, decided, text_wanted, text_too_long."""
    text = worded(typed)
    row = act.tx.execute(select(*_COLUMNS).where(walkins.c.id == walkin_id).with_for_update()).first()
    if row is None:
        raise Refusal(Common.GONE)
    if not _walkin(row).is_open:
        raise Refusal(CaseCode.DECIDED)
    noted = {"looked_on": act.now.date(), "looked_by": act.actor, "looked": text}
    act.tx.execute(update(walkins).where(walkins.c.id == walkin_id).values(**noted))
    act.wrote(walkins, walkin_id)
    audit.append(act, "walkin_looked_into", walkin_id)


def walkins_listed(act: Act, asked: WalkinFilters, most: int = PAGE + 1) -> list[Walkin]:
    """The newest day first, in no order within a day; from behind the one that `asked.after` names."""
    wanted = _filtered(select(*_COLUMNS), asked)
    if asked.after:
        last = select(walkins.c.given_on).where(walkins.c.id == asked.after).scalar_subquery()
        same = (walkins.c.given_on == last) & (walkins.c.id > asked.after)
        wanted = wanted.where((walkins.c.given_on < last) | same)
    ordered = wanted.order_by(walkins.c.given_on.desc(), walkins.c.id).limit(most)
    return [_walkin(row) for row in act.tx.execute(ordered)]


def walkins_counted(act: Act) -> Mapping[str, int]:
    """How many there are by what a list may show: open, bad, all."""
    bad = walkins.c.level.in_(BAD)
    columns = {"open": bad & walkins.c.looked_on.is_(None), "bad": bad}
    counted = [func.count(case((condition, 1))).label(name) for name, condition in columns.items()]
    return dict(act.tx.execute(select(*counted, func.count().label("all")).select_from(walkins)).mappings().one())


def walked(act: Act, since: date | None, until: date | None) -> dict[str, Walked]:
    """The numbers by unit, windows with the unit above them; of the days from `since` to `until`."""
    satisfied = func.count(case((walkins.c.level.in_(SATISFIED), 1)))
    columns = func.count().label("given"), func.count(case((walkins.c.served, 1))), satisfied
    wanted = select(WHOLE, *columns).select_from(placed(walkins, walkins.c.unit_id)).group_by(WHOLE)
    wanted = wanted.where(walkins.c.given_on >= since) if since else wanted
    wanted = wanted.where(walkins.c.given_on <= until) if until else wanted
    return {unit_id: Walked(*counts) for unit_id, *counts in act.tx.execute(wanted)}


def walkins_leaving(act: Act, asked: WalkinFilters) -> list[dict[str, Any]]:
    """What of the list leaves: nothing in it tells who rated."""
    wanted = _filtered(select(walkins, *PLACE).select_from(placed(walkins, walkins.c.unit_id)), asked)
    found = act.tx.execute(wanted.order_by(walkins.c.given_on.desc(), walkins.c.id)).mappings()
    shaped = (
        {
            **row,
            **unit_and_part(row),
            "day": told_on(row["given_on"]),
            "solved": row["served"],
            "looked_day": told_on(row["looked_on"]),
        }
        for row in found
    )
    return [{column: row[column] for column in WALKIN_COLUMNS} for row in shaped]


def _filtered(wanted: Select[Any], asked: WalkinFilters) -> Select[Any]:
    if asked.show != "all":
        wanted = wanted.where(walkins.c.level.in_(BAD))
    if asked.show == "open":
        wanted = wanted.where(walkins.c.looked_on.is_(None))
    return wanted.where(walkins.c.unit_id.in_(asked.units)) if asked.units else wanted


def _mark(act: Act, contact: Contact, unit_id: str) -> str:
    return act.vault.index(f"{contact.id}\0{unit_id}\0{act.now.date()}", "walkin")


_COLUMNS = [walkins.c[one.name] for one in fields(Walkin)]


def _walkin(row: Any) -> Walkin:
    return Walkin(**row._asdict() | {"reasons": row.reasons or ()})
