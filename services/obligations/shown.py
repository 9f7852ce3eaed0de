"""What a unit is shown of an obligation, in the chat and on the page of a link alike: the values of `obligation.one`.

Codes, numbers and ISO moments, never words but those that the unit and the office have written to each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.obligations.values import Dossier, Happened, Obligation

SHOWN = 8  # entries of the history: the newest ones
_FIRST = {"handed": 0, "acknowledged": 1}  # at one moment, acknowledging comes before the rest


def told_of(obligation: Obligation, unit: str) -> dict[str, Any]:
    """The values of one obligation for a template. `unit`: its name."""
    return {
        "number": obligation.number,
        "kind": obligation.kind,
        "case": obligation.subject is not None,
        "state": obligation.state,
        "owed": obligation.owed,
        "unit": unit,
        "due": obligation.due_at.isoformat(timespec="minutes"),
        "late": obligation.late,
        "days": obligation.working_days_left,
        "waiting": obligation.waiting_extension,
        "begins": obligation.begins,
        "provisional": obligation.provisional,
    }


def shown(whole: Dossier, unit: str) -> dict[str, Any]:
    """The values of `obligation.one`."""
    return {
        **told_of(whole.obligation, unit),
        "asked": whole.asked,
        **why_returned(whole),
        "not_ours_by": whole.not_ours_by.isoformat(timespec="minutes") if whole.not_ours_by else None,
        "extension": _extension(whole),
        "history": _history(whole),
        "earlier": max(0, len(whole.history) - SHOWN),
    }


def why_returned(whole: Dossier) -> dict[str, Any]:
    """Why the office has sent the answer back, how often it has, and whether it found it untrue; while it is owed."""
    returned = [one for one in whole.history if one.kind == "returned"]
    if not returned or not whole.obligation.owed:
        return {"returned": "", "times": 0, "untrue": False}
    last = max(returned, key=lambda one: _returned(one)["times"])
    return {"returned": last.text, **_returned(last)}


def _history(whole: Dossier) -> list[dict[str, Any]]:
    said = sorted(whole.history, key=lambda one: (one.at, _FIRST.get(one.kind, len(_FIRST))))
    return [
        {
            "kind": one.kind,
            "text": _for_unit(whole, one),
            "at": _moment(whole, one).isoformat(timespec="minutes"),
            "pieces": len(one.pieces),
            **_returned(one),
        }
        for one in said[-SHOWN:]
    ]


def _moment(whole: Dossier, one: Happened) -> datetime:
    """When it was, as the unit may know: what was handed over, when it heard of it."""
    heard = whole.obligation.shown_from if one.kind == "handed" else None
    return max(one.at, heard or one.at)


def _for_unit(whole: Dossier, one: Happened) -> str:
    """An entry's text as the unit may read it. The words with which a case is accepted are for the citizen."""
    return "" if one.kind == "accepted" and whole.obligation.waited_for else one.text


def _returned(one: Happened) -> dict[str, Any]:
    """How often an answer had come back with this entry, and whether it was found untrue."""
    return {"times": int(one.detail.get("times", 0)), "untrue": "found_untrue" in one.detail}


def _extension(whole: Dossier) -> dict[str, Any] | None:
    """The newest request for more time."""
    if not whole.extensions:
        return None
    newest = whole.extensions[-1]
    return {
        "state": newest.state,
        "until": newest.wanted_at.date().isoformat(),
        "reason": newest.reason,
        "late": newest.late,
        "word": newest.word or "",
    }
