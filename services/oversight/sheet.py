"""Turns the codes of the database into a spreadsheet's words, in one language and the office's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from services.inspections import seen_in
from templates import Texts

MOMENTS = frozenset(("received", "decided", "created", "sent", "acknowledged"))
CHANNELS = frozenset(("source", "channel"))  # columns that hold the name of a channel
CODES: Mapping[str, tuple[str, str]] = {  # by column: its codes' template file and their prefix
    "kind": ("terminal", "kind"),
    "category": ("complaint", "category"),
    "method": ("visit", "method"),
    "urgency": ("terminal", "urgency"),
    "role": ("menu", "role"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "complaints": ("status", "state"),
    "visits": ("status", "check"),
    "deliveries": ("terminal", "delivery"),
    "notices": ("terminal", "delivery"),
}


@dataclass(frozen=True)
class SheetWords:
    """The words of one list. A code without a word is written as it is."""

    texts: Texts
    zone: tzinfo
    what: str

    def heading(self, column: str) -> str:
        return self.texts.say("terminal", f"column_{column}")

    def cell(self, column: str, value: Any) -> str | int | None:
        if value is None:
            return None
        if column in MOMENTS:
            return f"{datetime.fromisoformat(value).astimezone(self.zone):%Y-%m-%d %H:%M}"
        if column == "named":
            return self.texts.say("common", "yes" if value else "no")
        if column == "what" and not value:
            return self.texts.say("common", "recording")
        if column == "findings":
            return self._findings(value)
        return self.texts.say(*self._word(column, value)) if self.has(column, value) else value

    def has(self, column: str, code: str | int) -> bool:
        """Whether the value is a code that has a word."""
        file, name = self._word(column, code)
        return file != "" and self.texts.has(file, name)

    def _word(self, column: str, code: str | int) -> tuple[str, str]:
        if column in CHANNELS:
            return f"channel_{code}", "name"
        file, prefix = STATES[self.what] if column == "state" else CODES.get(column, ("", ""))
        return file, f"{prefix}_{code}"

    def _findings(self, found: Mapping[str, Any]) -> str:
        blocks = [
            {"title": title, "seen": [*ticked, *([remark] if remark else [])]}
            for title, ticked, remark in seen_in(self.texts, found)
        ]
        if not blocks:
            return self.texts.say("common", "nothing_ticked")
        return self.texts.say("terminal", "findings", {"blocks": blocks})
