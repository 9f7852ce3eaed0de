"""What the console's bar leads to."""

from __future__ import annotations

from dataclasses import dataclass

from services.people import Right

UNIT = "/unit"  # where people of the units begin, in a frame of their own


@dataclass(frozen=True)
class Page:
    """A page in the bar; its title is `nav_<name>` in the words of the console."""

    name: str
    path: str
    right: Right
