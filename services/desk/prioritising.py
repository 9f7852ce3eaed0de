"""Sets and lifts the class of priority of a case (C15)."""

from __future__ import annotations

from conversation.messages import Button
from services import cases, obligations
from services.cases import PRIORITIES, held, tell
from services.desk.codes import DeskCode
from services.desk.values import SHORTEST_REASON
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.wording import worded


def prioritise(act: Act, case_id: str, seen: str, priority: str, text: str) -> bool:
    """Gives a case a class of priority, none where it is empty; the reason stays within the office.

    Where the day that the citizen was told moves away they hear the new one, and whether they can be reached is
    returned, else True. Raises Refusal: gone, changed, priority_unknown, same, reason_wanted, text_too_long.
    """
    case = held(act, case_id, seen)
    if priority and priority not in PRIORITIES:
        raise Refusal(DeskCode.PRIORITY_UNKNOWN, "priority")
    if (priority or None) == case.priority:
        raise Refusal(DeskCode.SAME, "priority")
    later = cases.prioritise(act, case, priority or None, worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED))
    if later is None:
        return True
    by, kind = later.date().isoformat(), obligations.promised(act, [case.id])[case.id].kind
    return tell(act, case, "due_later", Button(f"/status {case.id}", words="see_status"), by=by, kind=kind)
