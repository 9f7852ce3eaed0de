"""How much people may send: by sender and by day, and what stays free on the disk (rulebooks/uploads.toml).

What is refused here is a photo or a file. A disk that is full would take no words either, so that their room is kept.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from rulebooks import HERE
from rulebooks.reading import Shape, not_as_expected, read

MB = 1_000_000
Megabytes = Annotated[int, Field(ge=20, le=100_000_000)]  # at least the largest file


class UploadLimits(Shape):
    """The file's entries."""

    sender_mb: Megabytes
    day_mb: Megabytes
    free_mb: Megabytes
    unused_hours: Annotated[int, Field(ge=1, le=1_000)]

    @model_validator(mode="after")
    def _fits_together(self) -> UploadLimits:
        """One address has half of a day: where that is less than one browser's share, nobody ever gets that share."""
        if self.day_mb < 2 * self.sender_mb:
            raise not_as_expected("day_mb")
        return self

    @property
    def unused_for(self) -> timedelta:
        return timedelta(hours=self.unused_hours)


def upload_limits(file: Path = HERE / "uploads.toml") -> UploadLimits:
    """What the office has set. Raises OSError or BadRules."""
    return read(file, UploadLimits)


class Room:
    """Counts what was taken today, and looks at the disk on which `folder` lies or will lie."""

    def __init__(self, folder: Path, limits: UploadLimits) -> None:
        self.limits = limits
        self._folder = folder
        self._day: date | None = None
        self._taken = Counter[str]()  # bytes of today: by sender, by address, and together as ""

    def free(self) -> int:
        """Bytes that are free on the disk."""
        there = next(path for path in (self._folder, *self._folder.absolute().parents) if path.exists())
        return shutil.disk_usage(there).free

    @property
    def is_short(self) -> bool:
        """Whether nothing more is taken, because what is left belongs to the words."""
        return self.free() < self.limits.free_mb * MB

    @property
    def is_scarce(self) -> bool:
        """Whether it will soon be short: what nobody has used goes."""
        return self.free() < 2 * self.limits.free_mb * MB

    def refusal(self, sender: str, address: str, today: date) -> str | None:
        """Why nothing is taken from this sender now: no_room, or too_much of this one's; None where something is."""
        if today != self._day:
            self._day, self._taken = today, Counter()
        limits, taken = self.limits, self._taken
        if self.is_short or taken[""] >= limits.day_mb * MB:
            return "no_room"
        if taken[f"sender {sender}"] >= limits.sender_mb * MB:
            return "too_much"
        return "no_room" if taken[f"address {address}"] * 2 >= limits.day_mb * MB else None

    def count(self, sender: str, address: str, size: int) -> None:
        """Counts what was taken, also where it is refused later: it was written."""
        self._taken.update({"": size, f"sender {sender}": size, f"address {address}": size})
