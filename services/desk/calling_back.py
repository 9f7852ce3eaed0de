"""Asks the citizen whether what a unit says was done is so, before its answer is accepted (C10, P-10)."""

from __future__ import annotations

from conversation.messages import Button
from services import cases, obligations
from services.cases import Entry, held, note, tell
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import worded
from services.obligations import ANSWERED, Dossier, Kinds, ObligationCode

SO, NOT_SO = "so", "not_so"  # what the citizen taps


def call_back(act: Act, kinds: Kinds, obligation_id: str, seen: str, text: str) -> bool:
    """Asks whoever filed the case of an answered obligation; `text`: what was done, in the office's words.

    Returns whether they can be reached. Raises Refusal: gone, changed, not_answered, text_wanted, text_too_long.
    """
    whole, text = obligations.look(act, kinds, obligation_id), worded(text)
    if whole is None or whole.obligation.subject is None:
        raise Refusal(Common.GONE)
    if whole.seen != seen:
        raise Refusal(Common.CHANGED)
    if whole.obligation.state != ANSWERED:
        raise Refusal(ObligationCode.NOT_ANSWERED)
    case = held(act, whole.obligation.subject.id)
    if case.ended:
        raise Refusal(Common.GONE)
    note(act, case, "question", text)
    taps = [Button(f"/confirm {case.id} {word}", words=f"is_{word}") for word in (SO, NOT_SO)]
    return tell(act, case, "called_back", *taps, Button(f"/add {case.id}", words="answer"), text=text)


def called_back(act: Act, whole: Dossier) -> list[Entry]:
    """What was asked of the citizen since the unit first answered, and what came from them."""
    answered = [one.at for one in whole.history if one.kind == "unit_answer"]
    if whole.obligation.subject is None or not answered:
        return []
    said = cases.history(act, whole.obligation.subject.id)
    return [one for one in said if one.kind in ("question", "addition") and one.at >= answered[0]]
