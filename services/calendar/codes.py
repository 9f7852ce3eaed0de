"""The codes for refusing a change to the calendar."""

from __future__ import annotations

from enum import StrEnum


class CalendarCode(StrEnum):
    """Why a change to the calendar was refused. Each code has its words in the templates, in every language."""

    DAY_WANTED = "day_wanted"
    NOTE_TOO_LONG = "note_too_long"
    NOTICE_WANTED = "notice_wanted"
    UNFIT = "unfit"
    UNSURE = "unsure"
    WORKS_WANTED = "works_wanted"
