"""Who is on duty in a unit's hall: whoever complains there is told, and can turn to them at once (R27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update

from models.tables import units
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import readable

LONGEST_DUTY = 100  # characters


def on_duty(act: Act, line: Sequence[str]) -> str:
    """Who is on duty for a unit, in the words of the office; empty where nobody has entered it.

    line: the ids of the unit and of those above it, the unit first: the nearest one with an entry counts.
    """
    known = duties(act)
    return next((known[one] for one in line if one in known), "")


def duties(act: Act) -> Mapping[str, str]:
    """Who is on duty, by unit, where that is entered."""
    rows = act.tx.execute(select(units.c.id, units.c.duty).where(units.c.duty.is_not(None)))
    return {row.id: row.duty for row in rows}


def set_duty(act: Act, unit_id: str, typed: str) -> None:
    """Enters who is on duty in a unit; nothing takes the entry away. Raises Refusal: gone, text_too_long."""
    duty = " ".join(readable(typed).split())
    if len(duty) > LONGEST_DUTY:
        raise Refusal(Common.TEXT_TOO_LONG, "duty")
    if not act.tx.execute(update(units).where(units.c.id == unit_id).values(duty=duty or None)).rowcount:
        raise Refusal(Common.GONE)
    audit.append(act, "duty_manager_set", unit_id)
