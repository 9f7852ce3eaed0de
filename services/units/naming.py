"""How a unit is called: with the name of the unit that it belongs to, and in English where it has an English name."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from models.tables import units
from services.foundation.act import Act

ENGLISH = "en"


def full_name(name: str, above: str | None) -> str:
    return f"{above}·{name}" if above else name


def full_english(name: str, english: str | None, above: str | None, above_english: str | None) -> str | None:
    """The same in English: a part that has no English name keeps its own; None where neither part has one."""
    if not english and not above_english:
        return None
    return f"{above_english or above} · {english or name}" if above else english


def unit_names(act: Act, unit_ids: Collection[str]) -> dict[str, str]:
    """Full names of units, each with the name of the unit that it belongs to."""
    return {unit_id: told["unit"] for unit_id, told in units_told(act, unit_ids).items()}


def units_told(act: Act, unit_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """What a message is given to name units: `unit`, and `unit_en` for a unit that has an English name."""
    above, columns = units.alias("above"), (units.c.id, units.c.name, units.c.english)
    rows = act.tx.execute(
        select(*columns, above.c.name.label("above"), above.c.english.label("above_english"))
        .join_from(units, above, units.c.parent_id == above.c.id, isouter=True)
        .where(units.c.id.in_(unit_ids))
    )
    told = {}
    for unit_id, name, english, over, over_english in rows:
        spoken = full_english(name, english, over, over_english)
        told[unit_id] = {"unit": full_name(name, over)} | ({f"unit_{ENGLISH}": spoken} if spoken else {})
    return told
