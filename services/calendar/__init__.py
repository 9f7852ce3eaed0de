"""Working days: China's calendar and the days that the office decides for itself (A34)."""

from services.calendar.announced import is_provisional, loaded_days, loaded_years
from services.calendar.checking import Checked, CheckedDay, likely_year
from services.calendar.codes import CalendarCode
from services.calendar.leaving import COLUMNS, leaving
from services.calendar.listed import as_table, read_rows
from services.calendar.loading import LoadedYear, checked, load, loaded, unload
from services.calendar.own_days import LONGEST_NOTE, clear_day, own_days, own_days_listed, set_day
from services.calendar.quiet import Quiet, office_quiet
from services.calendar.wording import Reading, Written, read_notice, year_of
from services.calendar.workdays import (
    PRIORITIES,
    SOURCES,
    Limits,
    SourceLimits,
    is_workday,
    limit_end,
    limits,
    workday_after,
    workday_before,
    workdays_left,
)
from services.calendar.years import is_announced, months, working_days_of

__all__ = [
    "COLUMNS",
    "LONGEST_NOTE",
    "PRIORITIES",
    "SOURCES",
    "CalendarCode",
    "Checked",
    "CheckedDay",
    "Limits",
    "LoadedYear",
    "Quiet",
    "Reading",
    "SourceLimits",
    "Written",
    "as_table",
    "checked",
    "clear_day",
    "is_announced",
    "is_provisional",
    "is_workday",
    "leaving",
    "likely_year",
    "limit_end",
    "limits",
    "load",
    "loaded",
    "loaded_days",
    "loaded_years",
    "months",
    "office_quiet",
    "own_days",
    "own_days_listed",
    "read_notice",
    "read_rows",
    "set_day",
    "unload",
    "workday_after",
    "workday_before",
    "workdays_left",
    "working_days_of",
    "year_of",
]
