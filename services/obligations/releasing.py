"""When a unit hears of what was handed over because of a report: with others, at a random minute (A47).

A push right after a report came in would tell when that was, and so perhaps who wrote it. All that is handed over
within the same minutes leaves together; when, follows from the key, so that every process knows the same moment and
nobody else does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.foundation.act import Act
from services.obligations.kinds import Kinds


def in_batches(kinds: Kinds, minutes: int) -> Kinds:
    """The kinds, with those that may be about a report leaving so; 0: at once."""
    return {name: replace(kind, batch=minutes) if kind.takes_subject else kind for name, kind in kinds.items()}


def release(act: Act, minutes: int) -> datetime | None:
    """The next moment at which hand-overs leave; there is one in every so many minutes. None for no minutes."""
    if not minutes:
        return None
    seconds = minutes * 60
    first = int(act.now.timestamp()) // seconds
    moments = [
        nth * seconds + int(act.vault.index(f"{seconds} {nth}", "release"), 16) % seconds for nth in (first, first + 1)
    ]
    return datetime.fromtimestamp(next(one for one in moments if one > act.now.timestamp()), act.now.tzinfo)
