"""Which cases the discipline desk alone sees: about the office itself, of a serious kind, or passed on (A44, R29, W10).

Whoever reads cases asks `shown` for the condition of the query, and whoever changes one is stopped by
`services.cases.steps.held`. Both know the actor of the act: without a person, as for a job, nothing is shown.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, select, true

from models.database import insert_or_ignore
from models.tables import alerts, cases, units
from rulebooks import HERE
from rulebooks.reading import Shape, read
from rulebooks.values import Days
from services import people
from services.cases.life import COMPLAINT
from services.foundation.act import Act
from services.people import Right

RETALIATION = "retaliation"  # a category that nobody chooses from a list
OFFICE_ITSELF = "office"  # chosen in place of a unit: the complaint is about the office or its complaint desk


class Confined(StrEnum):
    """Why the discipline desk alone sees a case."""

    OFFICE = "office"  # it is about the office itself
    SERIOUS = "serious"  # of a kind that the rulebook names
    PASSED = "passed"  # a clerk has passed it on
    RETALIATION = "retaliation"  # somebody suffers for a case of theirs (I02)


Hours = Annotated[int, Field(ge=1, le=720)]


class Secrecy(Shape):
    """What the office has set: kinds of trouble, and ids of the units that are the office itself."""

    discipline: list[Literal["slow", "shirk", "rude", "bribe", "fees", "abuse", "absent", "other"]]
    office_units: list[str]
    answer_hours: Hours  # in which a second person answers who asks to see an identity
    open_hours: Hours  # in which it can be opened then, once
    alone: bool  # whether one person alone may, where nobody else could answer
    retaliation: Days  # until whoever reports retaliation hears, where the office has set itself a limit at all


def read_secrecy(file: Path = HERE / "secrecy.toml") -> Secrecy:
    """What the office has set. Raises OSError or BadRules."""
    return read(file, Secrecy)


@cache
def secrecy() -> Secrecy:
    return read_secrecy()


def reason_for(act: Act, kind: str, unit_id: str | None, category: str | None) -> Confined | None:
    """Why a case with this unit and category goes straight to the discipline desk; None where it does not."""
    if unit_id == OFFICE_ITSELF or (unit_id and _is_office(act, unit_id)):
        return Confined.OFFICE
    return Confined.SERIOUS if kind == COMPLAINT and category in secrecy().discipline else None


def call(act: Act, case_id: str) -> None:
    """Notes that the discipline desk is to be told of a case; a job tells it (`services.desk.alerting`)."""
    act.tx.execute(insert_or_ignore(act.tx, alerts), {"id": case_id})


def sees(act: Act) -> bool:
    """Whether whoever acts sees what the discipline desk alone may see."""
    return act.once(f"conflicts {act.actor}", lambda: may_handle(act, act.actor))


def may_handle(act: Act, person_id: str) -> bool:
    return people.may(people.roles_of(act, person_id), Right.HANDLE_CONFLICTS)


def shown(act: Act) -> ColumnElement[bool]:
    """The condition that whoever acts may see a row of `cases`."""
    return true() if sees(act) else cases.c.confined.is_(None)


def is_shown(act: Act, subject_id: str | None) -> bool:
    """Whether whoever acts may see this case; anything else that has this id is no matter of this desk."""
    hidden = select(cases.c.id).where(cases.c.id == subject_id, ~shown(act))
    return act.tx.execute(hidden).first() is None


def _is_office(act: Act, unit_id: str) -> bool:
    own = set(secrecy().office_units)
    here: str | None = unit_id
    while own and here is not None:
        if here in own:
            return True
        here = act.tx.execute(select(units.c.parent_id).where(units.c.id == here)).scalar()
    return False
