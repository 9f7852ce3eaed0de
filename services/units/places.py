"""Names the unit of a row, and its window or section, in a query for a list that leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func

from models.tables import units

_parents = units.alias("parents")
PLACE = (func.coalesce(_parents.c.name, units.c.name).label("unit"), units.c.name.label("own_name"))

WHOLE = func.coalesce(units.c.parent_id, units.c.id)  # the id of the whole unit, of which a window is a part


def placed(rows: Any, unit_id: Any) -> Any:
    """The rows joined with their unit, closed ones too, so that `PLACE` can be selected. Rows without a unit stay."""
    return rows.outerjoin(units, units.c.id == unit_id).outerjoin(_parents, _parents.c.id == units.c.parent_id)


def unit_and_part(row: Mapping[Any, Any]) -> dict[str, str | None]:
    """The unit, and the window or section where one is named."""
    return {"unit": row["unit"], "part": row["own_name"] if row["own_name"] != row["unit"] else None}
