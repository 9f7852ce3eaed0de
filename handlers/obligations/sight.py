"""Whose obligations a person may see, and for whom they may act; asked anew at every command.

Some act for their own unit (R03, R21); others, such as the head of the unit above, may look.
"""

from __future__ import annotations

from dataclasses import dataclass

from services import obligations
from services.obligations import Dossier, Obligation
from services.people import Right, may, units_with
from services.talk import Turn


@dataclass(frozen=True)
class Sight:
    """The ids of the units that a person acts for or may look at."""

    own: frozenset[str]  # units that the person acts for
    seen: frozenset[str]  # units whose obligations the person may see, the own ones among them

    @property
    def above(self) -> bool:
        return self.seen != self.own


def sight_of(turn: Turn) -> Sight:
    own, seen = (
        units_with(turn.grants, right, turn.directory.under).ids
        for right in (Right.ANSWER_OBLIGATIONS, Right.LOOK_AT_OBLIGATIONS)
    )
    return Sight(own, seen)


def seen_obligation(turn: Turn, obligation_id: str) -> Dossier | None:
    """The obligation, if this person may see it; None also for one that does not exist."""
    return _where(turn, obligation_id, Right.LOOK_AT_OBLIGATIONS)


def own_obligation(turn: Turn, obligation_id: str) -> Dossier | None:
    """The obligation, if this person may act on it; otherwise None."""
    return _where(turn, obligation_id, Right.ANSWER_OBLIGATIONS)


def owed_now(turn: Turn) -> list[Obligation]:
    """What the person's own units owe at this moment, first due first."""
    own = sight_of(turn).own
    found = obligations.owed_by(turn.act, turn.tools.kinds, sorted(own)) if own else []
    return [obligation for obligation in found if obligation.owed]


def _where(turn: Turn, obligation_id: str, right: Right) -> Dossier | None:
    """The obligation, if this person has the right in its unit, and it may know of it yet."""
    whole = obligations.look(turn.act, turn.tools.kinds, obligation_id) if obligation_id else None
    if whole is None or not whole.obligation.is_known(turn.act.now):
        return None
    return whole if may(turn.grants, right, turn.directory.line(whole.obligation.unit_id)) else None
