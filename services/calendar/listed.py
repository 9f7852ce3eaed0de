"""Reads holidays from a table: in each row a day, whether it is free or worked, and the holiday's name."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from services.calendar.wording import LONGEST_SHOWN, Reading, Written, weekday_in
from services.foundation.tables import Rows

LONGEST_NAME = 40
MOST_ROWS = 2_000  # far more than a year has days
FREE, WORKS = "free", "work"  # as `as_table` writes them
_FREE = frozenset((FREE, "放假", "休", "休息", "假", "放假调休", "补休", "holiday", "off", "day off"))
_WORKS = frozenset((WORKS, "works", "上班", "班", "调休上班", "补班", "工作", "workday", "working day"))
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")


def read_rows(rows: Rows) -> Reading:
    """The days of a table; rows without one are told."""
    days: list[Written] = []
    unread: list[str] = []
    for n, cells in enumerate(rows, 1):
        if n > MOST_ROWS:
            break
        row = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
        read = _row(row)
        if read:
            days.append(read)
        elif any(row) and not (n == 1 and not any(map(_day, row))):
            unread.append(" ".join(filter(None, row))[:LONGEST_SHOWN])
    return Reading(days, unread)


def as_table(days: Iterable[Written]) -> str:
    """Days as a table that `read_rows` reads."""
    out = io.StringIO()
    csv.writer(out).writerows((one.day.isoformat(), WORKS if one.works else FREE, one.name) for one in days)
    return out.getvalue()


def _row(cells: Sequence[str]) -> Written | None:
    """The day of a row; None where the day or the word is missing, or is there twice."""
    days = [day for day in map(_day, cells) if day]
    words = [cell.lower() for cell in cells if cell.lower() in _FREE | _WORKS]
    if len(days) != 1 or len(words) != 1:
        return None
    rest = [cell for cell in cells if cell and not _day(cell) and cell.lower() not in words]
    names = [cell for cell in rest if weekday_in(cell) is None]
    weekday = next((found for cell in rest if (found := weekday_in(cell)) is not None), None)
    return Written(days[0], words[0] in _WORKS, names[0][:LONGEST_NAME] if names else "", weekday)


def _day(cell: str) -> date | None:
    found = _DAY.fullmatch(cell)
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        return None
