"""What units owe by a date (督办事项): handed over, reminded of, answered, settled. One table, whatever its kind."""

from services.foundation.refusal import NotDone
from services.obligations.answering import acknowledge, answer, ask_office, request_time
from services.obligations.deciding import accept_answer, decide_time, excuse, reply_unit, send_back
from services.obligations.firing import fire
from services.obligations.handing import hand_over
from services.obligations.kinds import Kind, Kinds
from services.obligations.ladder import Ladder, ladders
from services.obligations.lapsing import lapse
from services.obligations.listing import counts, duties_of, late, listed, of_subject
from services.obligations.opening import file_names, look, reminded
from services.obligations.values import (
    ACCEPTED,
    ACKNOWLEDGED,
    ANSWERED,
    EXCUSED,
    OPEN,
    PAGE,
    RETURNED,
    SETTLED,
    STATES,
    Duty,
    DutyFilters,
    Extension,
    Fired,
    Happened,
    Late,
    Reminded,
    Ring,
    Subject,
    UnitSight,
    Whole,
)

__all__ = [
    "ACCEPTED", "ACKNOWLEDGED", "ANSWERED", "EXCUSED", "OPEN", "PAGE", "RETURNED", "SETTLED", "STATES", "Duty",
    "DutyFilters", "Extension", "Fired", "Happened", "Kind", "Kinds", "Ladder", "Late", "NotDone", "Reminded", "Ring",
    "Subject", "UnitSight", "Whole", "accept_answer", "acknowledge", "answer", "ask_office", "counts", "decide_time",
    "duties_of", "excuse", "file_names", "fire", "hand_over", "ladders", "lapse", "late", "listed", "look",
    "of_subject", "reminded", "reply_unit", "request_time", "send_back",
]  # fmt: skip
