"""A unit has one head: the head who takes over removes the one before, who is told in the same transaction."""

from __future__ import annotations

from sqlalchemy import and_, select

from conversation.messages import Body, Button, Say
from models.tables import SMS, grants
from services.deliveries import queue_for, withhold_from
from services.foundation.act import Act
from services.people import reach
from services.people.persons import end_role, holds, roles_of
from services.people.rights import SOLE, Right, roles_with
from services.units import units_told

ABOUT_OBLIGATIONS = roles_with(Right.LOOK_AT_OBLIGATIONS)


def take_over(act: Act, person_id: str) -> None:
    """Makes this person the only head of their units: earlier heads are head no longer.

    A head named later keeps the role, so that an old head with a new link removes nobody. Called at the moment when the
    person can be reached: a link of theirs is used, or the role is granted and an account of theirs is bound already.
    Until then the old head stays, so that no reminder goes to nobody.
    """
    for old, role, unit_id in _older_heads(act, person_id):
        end_and_tell(act, old, role, unit_id)


def end_and_tell(act: Act, person_id: str, role: str, unit_id: str | None) -> None:
    """Ends a role and tells the person about it.

    Somebody who has nothing to do with the unit's obligations any more gets this and nothing else of them: what still
    waits for a channel is withdrawn.
    """
    end_role(act, person_id, role, unit_id)
    held = {one.unit_id for one in roles_of(act, person_id) if one.role in ABOUT_OBLIGATIONS}
    if role not in ABOUT_OBLIGATIONS or unit_id is None or unit_id in held:
        return
    mine = [*reach.accounts_of(act, [person_id]), *reach.accounts_of(act, [person_id], SMS)]
    withhold_from(act, mine, unit_id)
    _tell(act, person_id, role, unit_id)


def _older_heads(act: Act, person_id: str) -> list[tuple[str, str, str]]:
    """Earlier heads of the units that this person is head of, as (person, role, unit)."""
    mine = grants.alias("mine")
    same = and_(mine.c.role == grants.c.role, mine.c.unit_id == grants.c.unit_id, mine.c.person_id == person_id)
    heads = grants.c.role.in_(SOLE), holds(act.now), grants.c.person_id != person_id
    rows = act.tx.execute(
        select(grants.c.person_id, grants.c.role, grants.c.unit_id)
        .join_from(grants, mine, and_(same, mine.c.since >= grants.c.since))
        .where(*heads, holds(act.now, mine))
        .order_by(grants.c.unit_id, grants.c.person_id)
        .distinct()
    )
    return [(row.person_id, row.role, row.unit_id) for row in rows]


def _tell(act: Act, person_id: str, role: str, unit_id: str) -> None:
    """Tells a person that a role has ended: by chat on every account, else by SMS where they were reached so before."""
    values = {"role": role, "unit": "", **units_told(act, [unit_id]).get(unit_id, {})}
    body = Body(say=Say("menu.ended", values, (Button("/menu", words="menu"),)))
    to = reach.accounts_of(act, [person_id]) or reach.accounts_of(act, [person_id], SMS)
    queue_for(act, sorted(to), body, urgency="reminder")
