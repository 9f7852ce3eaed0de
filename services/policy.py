"""What a unit may ever see of a report, by allow-list (A47, A43, A26, I12).

A sight is built by naming fields, never by leaving some out: a column that is added to a report tomorrow reaches no
unit until somebody writes it here. What exports hold is named in the same way in `services.export`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

CODE = re.compile(r"[a-z_]{1,32}")  # what our own lists of kinds and findings look like; nobody's words do


@dataclass(frozen=True)
class UnitSight:
    """Everything a unit sees of a report. There is no other way from a report to a unit."""

    number: str  # of a case its number; of a visit a name drawn from its random id: numbers run through the day
    unit: str
    categories: tuple[str, ...]  # codes of our own lists, whose words stand in the templates
    text: str  # written by the office: the citizen's and the supervisor's own words give them away
    received: date | None  # the day; None for a visit, whose day is when somebody stood at the counter


def sight_of_case(row: Mapping[str, Any], unit: str, text: str, zone: tzinfo) -> UnitSight:
    """`row`: of `cases`. `unit`: its name in the directory. `text`: edited by the office."""
    return UnitSight(row["number"], unit, _codes([row["category"]]), text, _day(row["received_at"], zone))


def sight_of_visit(row: Mapping[str, Any], unit: str, text: str) -> UnitSight:
    """`row`: of `visits`. What was ticked, never a remark, the method, the wait or the day."""
    ticked = [code for found in row["findings"].values() for code in found.get("ticked") or ()]
    return UnitSight(f"V{row['id'][:8].upper()}", unit, _codes(ticked), text, None)


def _codes(values: list[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and CODE.fullmatch(value))


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()
