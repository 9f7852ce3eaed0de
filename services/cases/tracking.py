"""How a case stands, as its citizen reads it in the chat, or on the public page by its receipt code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services import people
from services.cases.filing import Case, cases_of, history
from services.cases.given import given
from services.cases.items import items_of, told_items
from services.evidence import Enclosure
from services.foundation.act import Act
from services.foundation.addresses import HERE
from services.signin import Counted, Pace, take

OF_ADDRESS = Pace("codes_on_page", 20, timedelta(seconds=30))
OF_OURSELVES = Pace("codes_on_page", 200, timedelta(seconds=3))  # what comes from here may come from anywhere: a proxy


def track(act: Act, code: str, address: str) -> Case | timedelta | None:
    """The case of a receipt code, None for any other code, or how long an address has to wait that tried too many.

    Every try is counted, so that whoever guesses learns nothing from the pace.
    """
    wait = take(act, [Counted(OF_OURSELVES if address in HERE else OF_ADDRESS, address)])
    if wait:
        return wait
    subject_id = people.by_receipt(act, code)
    return next(iter(cases_of(act, [subject_id] if subject_id else [])), None)


def told(act: Act, case: Case, unit: str | None) -> dict[str, Any]:
    """The values of `status.one`. `unit`: as it is called in the citizen's language."""
    said = [
        {
            "kind": entry.kind,
            "text": entry.text,
            "at": entry.at.isoformat(),
            "pieces": entry.pieces,
            "given": _given(entry.given),
        }
        for entry in history(act, case.id)
    ]
    split = items_of(act, case.id)
    sent = given(act, case.id) if split else {}
    pieces = [{"given": _given(sent.get(one.answer_id or "", ()))} for one in split]
    return {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "unit": unit,
        "category": case.category,
        "received": case.received_on.isoformat(),
        "what": case.what,
        "pieces": case.pieces,
        "history": said,
        "items": [one | more for one, more in zip(told_items(split), pieces, strict=True)],
        "apart": case.confined is not None,
        "promised": _promised(case),
        "asked_until": case.asked_until and case.asked_until.isoformat(),
    }


def _given(pieces: Sequence[Enclosure]) -> list[dict[str, Any]]:
    return [{"id": one.id, "kind": one.kind, "name": one.name} for one in pieces]


def _promised(case: Case) -> dict[str, Any] | None:
    """By when the citizen is told whether the case is accepted, or is answered, while that is open."""
    one = case.promised
    if one is None:
        return None
    told = {"kind": one.kind, "days": one.days, "late": one.late, "provisional": one.provisional, "stands": one.stands}
    return {"due": one.due_at.isoformat(), **told}
