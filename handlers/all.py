"""The list of every journey. The menu shows them in this order."""

from __future__ import annotations

from handlers import (
    addition,
    complaint,
    duties,
    duty_acts,
    duty_view,
    menu,
    notices,
    placing,
    status,
    visit,
)
from handlers.placing import find_place
from handlers.sources import SOURCES
from services.journeys import Journey

JOURNEYS: dict[str, Journey] = {
    journey.name: journey
    for journey in (
        duties.DUTIES, complaint.COMPLAIN, complaint.COMPLAINTS, visit.CHECK, visit.VISITS, status.STATUS,
        addition.QUESTIONS, addition.ADD, addition.ADDITIONS, status.CODES, placing.JOURNEY, *duty_view.VIEWS,
        *duty_acts.ACTS, duties.LATE, notices.SEEN, *menu.MENU,
    )
}  # fmt: skip

__all__ = ["JOURNEYS", "SOURCES", "find_place"]
