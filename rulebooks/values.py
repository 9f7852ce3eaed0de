"""The values that rulebooks are made of: numbers of working days, and times of day."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

LONGEST_DAYS = 250  # working days of a year


def day_time(given: Any) -> Any:
    """A time of day as people write it, "8:30"; anything else is returned as it is."""
    if isinstance(given, str) and re.fullmatch(r"(?:[01]?\d|2[0-3]):[0-5]\d", given, re.ASCII):
        hour, minute = given.split(":")
        return time(int(hour), int(minute))
    return given


DayTime = Annotated[time, BeforeValidator(day_time)]
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
