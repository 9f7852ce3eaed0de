"""Turns the codes of the database into a table's words, in one language and the office's time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from services.inspections import seen_in
from services.oversight.cells import Cell
from templates import Texts

_OFFICE = ("received", "decided", "handed", "due", "acknowledged", "answered", "settled")
_SENDING = ("created", "send_at", "released", "sent", "at")
MOMENTS = frozenset((*_OFFICE, *_SENDING))
DAYS = frozenset(("looked_day", "happened_day", "received_day", "decided_day", "used_day", "day"))
CHANNELS = frozenset(("source", "channel"))  # columns that hold the name of a channel
CHANNEL_LISTS = frozenset(("channels", "stopped"))

CODES: Mapping[str, tuple[str, str]] = {  # by column: its codes' template file and their prefix
    "kind": ("terminal", "kind"),
    "category": ("complaint", "category"),
    "method": ("visit", "method"),
    "level": ("rate", "level"),
    "priority": ("terminal", "priority"),
    "appeal": ("terminal", "appeal"),
    "urgency": ("terminal", "urgency"),
    "role": ("menu", "role"),
}
STATES: Mapping[str, tuple[str, str]] = {  # by list
    "complaints": ("status", "state"),
    "visits": ("status", "check"),
    "deliveries": ("terminal", "delivery"),
    "notices": ("terminal", "delivery"),
}
OF_PAGES: Mapping[tuple[str, str], tuple[str, str]] = {  # by list and column: the page that has the words, their name
    ("reports", "kind"): ("desk", "kind"),
    ("reports", "state"): ("desk", "state"),
    ("duties", "kind"): ("obligations", "kind"),
    ("duties", "state"): ("obligations", "state"),
    ("sent_notices", "state"): ("notices", "state"),
    ("calendar", "sign"): ("calendar", "legend"),
    ("openings", "state"): ("desk", "openings_state"),
    ("texts", "used_for"): ("texts", "use"),
    ("texts", "about"): ("texts", "kind"),
}


@dataclass(frozen=True)
class SheetWords:
    """The words of one list. A code without a word is written as it is."""

    texts: Texts
    zone: tzinfo
    what: str

    def heading(self, column: str) -> str:
        return self.texts.say("terminal", f"column_{column}")

    def cell(self, column: str, value: Any) -> Cell:
        if value is None:
            return None
        if column in MOMENTS:
            # A visit tells its day alone, also among reports that tell their hour.
            return datetime.fromisoformat(value).astimezone(self.zone) if "T" in value else _day(value)
        if column in DAYS:
            return self.texts.moment(value) if "/" in value else _day(value)  # some days, none of them known better
        if isinstance(value, bool):
            return self.texts.say("common", "yes" if value else "no")
        if column == "what" and not value:
            return self.texts.say("common", "recording")
        if column == "findings":
            return self._findings(value)
        if column == "reasons":
            return self._list([self.texts.say("walkin", f"reasons_{one}") for one in value])
        if column == "tags":
            return self._list(value)
        if column in CHANNEL_LISTS:
            return self._list([self.texts.channel_name(one) for one in value])
        return self.word(column, value) or value

    def _list(self, labels: Sequence[str]) -> str:
        return self.texts.say("common", "list", {"labels": labels})

    def word(self, column: str, code: str | int) -> str:
        """The word of a code; empty where it has none."""
        page = OF_PAGES.get((self.what, column))
        if page:
            return self.texts.of_page(*page).get(str(code), "")
        if column in CHANNELS:
            return self.texts.channel_name(str(code))
        file, name = self._block(column, code)
        return self.texts.say(file, name) if file and self.texts.has(file, name) else ""

    def _block(self, column: str, code: str | int) -> tuple[str, str]:
        file, prefix = STATES.get(self.what, ("", "")) if column == "state" else CODES.get(column, ("", ""))
        return file, f"{prefix}_{code}"

    def _findings(self, found: Mapping[str, Any]) -> str:
        blocks = [
            {"title": title, "seen": [*ticked, *([remark] if remark else [])]}
            for title, ticked, remark in seen_in(self.texts, found)
        ]
        if not blocks:
            return self.texts.say("common", "nothing_ticked")
        return self.texts.say("terminal", "findings", {"blocks": blocks})


def _day(value: str) -> date | str:
    """A day; what somebody left unfinished stays as it is."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value
