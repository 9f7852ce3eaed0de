"""What the templates get to know about an obligation: codes, numbers and ISO moments, never words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services import obligations
from services.obligations import Obligation
from services.talk import Turn


def told(turn: Turn, obligation: Obligation) -> dict[str, Any]:
    """The values of one obligation for a template."""
    return obligations.told_of(obligation, turn.directory.name(obligation.unit_id) or "")


def written(turn: Turn, moment: datetime) -> str:
    return moment.astimezone(turn.now.tzinfo).isoformat(timespec="minutes")
