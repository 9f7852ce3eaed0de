"""The pages of the console that its bar leads to, and the right that each of them needs."""

from __future__ import annotations

from dataclasses import dataclass

from services.people import Right


@dataclass(frozen=True)
class Page:
    """A page in the bar; its title is `nav_<name>` in the words of the console."""

    name: str
    path: str
    right: Right


PAGES = (
    Page("reports", "/console", Right.READ_REPORTS),
    Page("obligations", "/console/duties", Right.OVERSEE_OBLIGATIONS),
    Page("notices", "/console/notices", Right.READ_NOTICES),
    Page("people", "/console/people", Right.MANAGE_PEOPLE),
    Page("calendar", "/console/calendar", Right.SET_CALENDAR),
    Page("quarantine", "/console/quarantine", Right.READ_QUARANTINE),
)
