"""The head of the office answers whoever appeals against how their case ended: it stands, or is taken up again (P-10).

What the discipline desk alone sees has nobody of the office above it: that desk answers it itself.
"""

from __future__ import annotations

from conversation.messages import Button
from services import cases, people
from services.cases import LockedCase, held, may_appeal, tell
from services.desk.codes import DeskCode
from services.desk.values import SHORTEST_REASON
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.wording import worded
from services.people import Right


def uphold(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Answers an appeal: the end stands, for a reason that reaches the citizen, and this is final here.

    Returns whether they can be reached. Raises Refusal: gone, changed, decided (none waits), head_wanted,
    reason_wanted, text_too_long.
    """
    case = held(act, case_id, seen)
    require_answerer(act, case)
    moved = cases.uphold(act, case, worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED))
    return tell(act, moved, "upheld", Button(f"/add {moved.id}", words="add"), text=text)


def require_answerer(act: Act, case: LockedCase) -> None:
    """Checks that whoever acts may answer the appeal that waits, if one does. Raises Refusal: head_wanted."""
    if case.is_appealed and not case.confined and not may_answer(act):
        raise Refusal(DeskCode.HEAD_WANTED)


def may_answer(act: Act) -> bool:
    return people.may(people.roles_of(act, act.actor), Right.DECIDE_APPEALS)


def appeal_button(act: Act, case: LockedCase) -> tuple[Button, ...]:
    """The button that opens the appeal, where one is possible."""
    return (Button(f"/appeal {case.id}", words="appeal"),) if may_appeal(act, case.id) else ()
