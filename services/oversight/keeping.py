"""For how long what nobody needs any more is kept, as the office sets it (rulebooks/keeping.toml)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rulebooks import HERE
from rulebooks.reading import Shape, read

LONGEST = 3650  # days


class Keeping(Shape):
    """Days, each with what it may not go below: a platform sends again for a day, and people answer after weeks."""

    events: Annotated[int, Field(ge=7, le=LONGEST)]
    replaced: Annotated[int, Field(ge=2, le=LONGEST)]
    replies: Annotated[int, Field(ge=30, le=LONGEST)]
    links: Annotated[int, Field(ge=1, le=LONGEST)]
    menus: Annotated[int, Field(ge=7, le=LONGEST)]
    uploads: Annotated[int, Field(ge=14, le=LONGEST)]
    identities: Annotated[int, Field(ge=90, le=LONGEST)]  # of cases that have ended
    words: Annotated[int, Field(ge=365, le=LONGEST)]

    @property
    def uploads_for(self) -> timedelta:
        return timedelta(self.uploads)


def keeping(file: Path = HERE / "keeping.toml") -> Keeping:
    """What the office has set. Raises OSError or BadRules."""
    return read(file, Keeping)
