"""Whose duties a person may see, and for whom they may act. Asked anew at every command: a right that ended is none.

Head, deputy and liaison act for their own unit (R03, R21). A leader, and the head of the unit above, may look.
"""

from __future__ import annotations

from dataclasses import dataclass

from services import obligations, reach
from services.journeys import Turn
from services.obligations import Duty, Whole
from services.persons import CLERK, LEADER, OF_UNIT

LOOKING = OF_UNIT | {LEADER}
WATCHING = LOOKING | {CLERK}


@dataclass(frozen=True)
class Sight:
    """Ids of units. `everything`: a clerk, who sees who is late in the whole city."""

    own: frozenset[str]  # acts for these
    seen: frozenset[str]  # looks at these, the own ones among them
    everything: bool = False

    @property
    def above(self) -> bool:
        return self.seen != self.own


def sight_of(turn: Turn) -> Sight:
    own = {grant.unit_id for grant in turn.grants if grant.role in OF_UNIT and grant.unit_id}
    everything = any(grant.role == CLERK for grant in turn.grants)
    return Sight(frozenset(own), frozenset(reach.sees(turn.directory, turn.grants)), everything)


def seen_duty(turn: Turn, obligation_id: str) -> Whole | None:
    """None for a duty of somebody else's unit, just as for one that does not exist."""
    whole = obligations.look(turn.tx, turn.now, turn.tools.kinds, obligation_id) if obligation_id else None
    return whole if whole is not None and whole.duty.unit_id in sight_of(turn).seen else None


def own_duty(turn: Turn, obligation_id: str) -> Whole | None:
    """None where this person may not act on it."""
    whole = obligations.look(turn.tx, turn.now, turn.tools.kinds, obligation_id) if obligation_id else None
    return whole if whole is not None and whole.duty.unit_id in sight_of(turn).own else None


def owed(turn: Turn) -> list[Duty]:
    """What the person's own units owe at this moment, first due first."""
    own = sight_of(turn).own
    if not own:
        return []
    return [duty for duty in obligations.duties_of(turn.tx, turn.now, turn.tools.kinds, sorted(own)) if duty.owed]
