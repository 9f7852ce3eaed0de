"""What the templates are told of a duty: codes, numbers and ISO moments, never words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.journeys import Turn
from services.obligations import Duty


def told(turn: Turn, duty: Duty) -> dict[str, Any]:
    """One duty for a template."""
    return {
        "number": duty.number, "kind": duty.kind, "case": duty.subject.number if duty.subject else None,
        "state": duty.state, "owed": duty.owed, "unit": turn.directory.name(duty.unit_id) or "",
        "due": written(turn, duty.due_at),
        "late": duty.late, "days": duty.working_days_left, "waiting": duty.waiting_extension, "begins": duty.begins,
    }  # fmt: skip


def written(turn: Turn, moment: datetime) -> str:
    return moment.astimezone(turn.now.tzinfo).isoformat(timespec="minutes")
