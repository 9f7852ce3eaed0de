"""What a unit may ever see of a report, by allow-list (A47, A43, A26, I12).

A sight is built by naming fields, never by leaving some out: a column that is added to a report tomorrow reaches no
unit until somebody writes it here. What exports hold is named in the same way in `services.oversight.export`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.obligations import UnitSight

CODE = re.compile(r"[a-z_]{1,32}")  # the form of our own codes for kinds and findings; nobody's words look so


def sight_of_case(row: Mapping[str, Any], unit: str, text: str) -> UnitSight:
    """What the unit sees of a case. `row`: one of `cases`; `unit`: the unit's name; `text`: the office's own words."""
    return UnitSight(unit, _codes([row["category"]]), text, row["received_on"])


def sight_of_visit(row: Mapping[str, Any], unit: str, text: str) -> UnitSight:
    """What the unit sees of a visit: what was ticked, never a remark, the method, the wait or the day."""
    ticked = [code for found in row["findings"].values() for code in found.get("ticked") or ()]
    return UnitSight(unit, _codes(ticked), text, None)


def _codes(values: list[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and CODE.fullmatch(value))
