"""What the templates get to know about an obligation: codes, numbers and ISO moments, never words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.obligations import Obligation
from services.talk import Turn


def told(turn: Turn, obligation: Obligation) -> dict[str, Any]:
    """The values of one obligation for a template."""
    return {
        "number": obligation.number,
        "kind": obligation.kind,
        "case": obligation.subject is not None,
        "state": obligation.state,
        "owed": obligation.owed,
        "unit": turn.directory.name(obligation.unit_id) or "",
        "due": written(turn, obligation.due_at),
        "late": obligation.late,
        "days": obligation.working_days_left,
        "waiting": obligation.waiting_extension,
        "begins": obligation.begins,
        "provisional": obligation.provisional,
    }


def written(turn: Turn, moment: datetime) -> str:
    return moment.astimezone(turn.now.tzinfo).isoformat(timespec="minutes")
