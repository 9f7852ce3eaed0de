"""Texts a head who can be reached at last what was handed over while nothing reached them."""

from __future__ import annotations

from sqlalchemy import select

from models.tables import obligations, reminders
from services import people
from services.foundation.act import Act
from services.obligations import due, planning
from services.obligations.ladder import BOTH, SILENCE, TOLD, Step, ladders
from services.people import CHAT, SMS, Addressee


def catch_up(act: Act, person_id: str) -> None:
    """Plans a text message at once about everything that the units of a head with a number owe and have not heard of.

    Nothing where a head has a chat, where a text message is on its way by itself, and for what is acknowledged.
    """
    units = {one.unit_id for one in people.roles_of(act, person_id) if one.role in people.SOLE and one.unit_id}
    mute = [one for one in sorted(units) if not people.recipients(act, one, Addressee.HEAD, CHAT)]
    owed = (
        obligations.c.unit_id.in_(mute),
        obligations.c.owed_since.is_not(None),
        obligations.c.acknowledged_at.is_(None),
    )
    went = reminders.c.fired_at.is_not(None), reminders.c.kind != TOLD, reminders.c.by.in_((CHAT, SMS))
    heard = select(reminders.c.obligation_id).where(reminders.c.to.in_((Addressee.HEAD, BOTH)), *went)
    rows = act.tx.execute(
        select(obligations.c.id, obligations.c.kind)
        .where(*owed, obligations.c.id.not_in(heard))
        .order_by(obligations.c.id)
    ).all()
    coming = due.pending(act, [row.id for row in rows]) if rows else set()
    for row in rows:
        if (row.id, Addressee.HEAD, SMS) not in coming:
            step = Step(SILENCE, 0, Addressee.HEAD, SMS, ladders()[row.kind].awake(act.now))
            planning.write(act.tx, row.id, planning.told(act, row.id) or 1, [step])
