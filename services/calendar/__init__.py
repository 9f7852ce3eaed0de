"""Working days: China's calendar and the days that the office decides for itself (A34)."""

from services.calendar.announced import is_provisional, loaded_days, loaded_years
from services.calendar.own_days import LONGEST_NOTE, clear_day, own_days, own_days_listed, set_day
from services.calendar.quiet import Quiet, office_quiet
from services.calendar.workdays import Limits, is_workday, limits, workday_after, workday_before, workdays_left
from services.calendar.years import is_announced, months, working_days_of

__all__ = [
    "LONGEST_NOTE",
    "Limits",
    "Quiet",
    "clear_day",
    "is_announced",
    "is_provisional",
    "is_workday",
    "limits",
    "loaded_days",
    "loaded_years",
    "months",
    "office_quiet",
    "own_days",
    "own_days_listed",
    "set_day",
    "workday_after",
    "workday_before",
    "workdays_left",
    "working_days_of",
]
