"""Asks the citizen whether what a unit says was done is so, before its answer is accepted (C10, P-10)."""

from __future__ import annotations

from conversation.messages import Button
from services import cases, obligations
from services.cases import Entry, held, tell
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import worded
from services.obligations import ANSWERED, Dossier, ObligationCode

SO, NOT_SO = "so", "not_so"  # what the citizen taps
FROM_AND_TO = ("question", "addition", "no_reaction", "withdraw")  # kinds of entries that a duty's page shows


def call_back(act: Act, obligation_id: str, seen: str, text: str) -> bool:
    """Asks whoever filed the case of an answered obligation; `text`: what was done, in the office's words.

    Returns whether they can be reached. Raises Refusal: gone, changed, settled, not_answered, text_wanted,
    text_too_long.
    """
    obligation, text = obligations.unsettled(act, obligation_id, seen), worded(text)
    if obligation.state != ANSWERED:
        raise Refusal(ObligationCode.NOT_ANSWERED)
    case = held(act, obligation.subject_id or "")
    if case.ended:
        raise Refusal(Common.GONE)
    until = cases.ask(act, case, text)
    taps = [Button(f"/confirm {case.id} {word}", words=f"is_{word}") for word in (SO, NOT_SO)]
    return tell(
        act,
        case,
        "called_back",
        *taps,
        Button(f"/add {case.id}", words="answer"),
        text=text,
        until=until and until.isoformat(),
    )


def called_back(act: Act, whole: Dossier) -> list[Entry]:
    """What was asked of the citizen since the unit was asked, and what came from them: nothing else moves the page."""
    subject = whole.obligation.subject
    said = cases.history(act, subject.id) if subject else []
    return [one for one in said if one.kind in FROM_AND_TO and one.at >= whole.obligation.created_at]
