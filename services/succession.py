"""A unit has one head: whoever takes over puts the one before out, who is told so in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, select

from conversation.messages import Body, Button, Say
from models.tables import grants
from services import reach
from services.deliveries import queue_for, withhold_from
from services.people.rights import SOLE, Right, roles_with
from services.persons import holds, roles_of, withdraw
from services.vault import Vault

ABOUT_DUTIES = roles_with(Right.LOOK_AT_OBLIGATIONS)


def take_over(tx: Connection, vault: Vault, now: datetime, person_id: str, actor: str) -> set[tuple[str, str]]:
    """Where this person is head, whoever was it before is head no longer. Returns for whom something was queued.

    Who was made head later keeps it, so that an old head with a new link puts nobody out. Called at the moment when the
    person can be reached: a link of theirs is used, or the role is granted and an account of theirs is bound already.
    Until then the old head stays, so that no reminder goes to nobody.
    """
    told: set[tuple[str, str]] = set()
    for old, role, unit_id in _older_heads(tx, now, person_id):
        told |= end(tx, vault, now, old, role, unit_id, actor)
    return told


def end(
    tx: Connection, vault: Vault, now: datetime, person_id: str, role: str, unit_id: str | None, actor: str
) -> set[tuple[str, str]]:
    """Takes a role away. Whoever has nothing to do with the unit's duties any more hears so, and nothing else about
    them: what still waits for a channel is taken back. Returns for whom something was queued."""
    withdraw(tx, now, person_id, role, unit_id, actor)
    held = {one.unit_id for one in roles_of(tx, person_id, now) if one.role in ABOUT_DUTIES}
    if role not in ABOUT_DUTIES or unit_id is None or unit_id in held:
        return set()
    mine = [*reach.accounts_of(tx, [person_id]), *reach.accounts_of(tx, [person_id], reach.SMS)]
    withhold_from(tx, mine, unit_id)
    return _tell(tx, vault, now, person_id, role, unit_id)


def _older_heads(tx: Connection, now: datetime, person_id: str) -> list[tuple[str, str, str]]:
    """(person, role, unit) of the units that this person is head of."""
    mine = grants.alias("mine")
    same = and_(mine.c.role == grants.c.role, mine.c.unit_id == grants.c.unit_id, mine.c.person_id == person_id)
    heads = grants.c.role.in_(SOLE), holds(now), grants.c.person_id != person_id
    rows = tx.execute(
        select(grants.c.person_id, grants.c.role, grants.c.unit_id)
        .join_from(grants, mine, and_(same, mine.c.since >= grants.c.since))
        .where(*heads, holds(now, mine))
        .order_by(grants.c.unit_id, grants.c.person_id)
        .distinct()
    )
    return [(row.person_id, row.role, row.unit_id) for row in rows]


def _tell(tx: Connection, vault: Vault, now: datetime, person_id: str, role: str, unit_id: str) -> set[tuple[str, str]]:
    """By chat, on every account of theirs; by SMS where they have none and have been reached so before."""
    values = {"role": role, "unit": reach.unit_names(tx, [unit_id]).get(unit_id, "")}
    body = Body(say=Say("menu.ended", values, (Button("/menu", words="menu"),)))
    to = reach.accounts_of(tx, [person_id]) or reach.accounts_of(tx, [person_id], reach.SMS)
    return queue_for(tx, vault, now, sorted(to), body, urgency="reminder")
