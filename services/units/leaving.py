"""What of the units leaves in a list: what their page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from services.foundation.act import Act
from services.units.directory import Directory, Unit
from services.units.duty import duties

COLUMNS = ("short_id", "unit", "part", "on_duty")


def leaving(act: Act, directory: Directory, found: Sequence[Unit]) -> Iterator[dict[str, Any]]:
    """A row for each of these units, in their order; a window or section has that of its unit beside it."""
    known = duties(act)
    for unit in found:
        above = directory.get(unit.parent_id)
        whole = {"short_id": unit.id, "unit": directory.own_name(above or unit), "on_duty": known.get(unit.id)}
        whole["part"] = directory.own_name(unit) if above else None
        yield {column: whole[column] for column in COLUMNS}
