"""What units, or the office itself, owe by a date (督办事项): handed over, reminded of, answered, settled.

One table, whatever the kind.
"""

from services.obligations.answering import acknowledge, answer, ask_office, request_time
from services.obligations.catching_up import catch_up
from services.obligations.codes import ObligationCode
from services.obligations.deciding import accept_answer, decide_time, excuse, reply_unit, send_back
from services.obligations.firing import fire
from services.obligations.handing import LONGEST_LIMIT, deadline, hand_over
from services.obligations.hearing import way_to_head, why_unreached
from services.obligations.kinds import Kind, Kinds, Moved
from services.obligations.ladder import FAR, FARTHEST_YEARS, ladders, last_day
from services.obligations.lapsing import lapse
from services.obligations.leaving import COLUMNS, leaving
from services.obligations.linking import AnswerLink, answered_by_link, by_link, end_link, find_link, give_link, link_of
from services.obligations.listing import (
    counts,
    id_of,
    ids_about,
    is_open_about,
    late,
    listed,
    of_subject,
    owed_by,
    standing,
)
from services.obligations.locking import LockedObligation, unsettled
from services.obligations.moving import AT_ONCE, Move, move, planned_moves
from services.obligations.not_ours import NOT_OURS_REASONS, given_back, insist, say_not_ours
from services.obligations.opening import file_names, look, reminded
from services.obligations.own import (
    Promise,
    bring_nearer,
    is_due,
    keep,
    open_promises,
    postpone,
    promise,
    promised,
    put_back,
    remind,
    run_on,
    stand_still,
)
from services.obligations.releasing import in_batches
from services.obligations.rules import read_rules
from services.obligations.seeing import require_seen, seen_by_unit
from services.obligations.shown import shown, told_of, why_returned
from services.obligations.standings import UnitStanding, unit_standings
from services.obligations.telling import TO_HEAD, TO_READER, buttons, told_since
from services.obligations.values import (
    ACCEPTED,
    ACKNOWLEDGED,
    ANSWERED,
    NOT_OURS,
    PAGE,
    RETURNED,
    SETTLED,
    STATES,
    Dossier,
    Happened,
    Late,
    Obligation,
    ObligationFilters,
    Standing,
    Subject,
    UnitSight,
)

__all__ = [
    "ACCEPTED",
    "ACKNOWLEDGED",
    "ANSWERED",
    "AT_ONCE",
    "COLUMNS",
    "FAR",
    "FARTHEST_YEARS",
    "LONGEST_LIMIT",
    "NOT_OURS",
    "NOT_OURS_REASONS",
    "PAGE",
    "RETURNED",
    "SETTLED",
    "STATES",
    "TO_HEAD",
    "TO_READER",
    "AnswerLink",
    "Dossier",
    "Happened",
    "Kind",
    "Kinds",
    "Late",
    "LockedObligation",
    "Move",
    "Moved",
    "Obligation",
    "ObligationCode",
    "ObligationFilters",
    "Promise",
    "Standing",
    "Subject",
    "UnitSight",
    "UnitStanding",
    "accept_answer",
    "acknowledge",
    "answer",
    "answered_by_link",
    "ask_office",
    "bring_nearer",
    "buttons",
    "by_link",
    "catch_up",
    "counts",
    "deadline",
    "decide_time",
    "end_link",
    "excuse",
    "file_names",
    "find_link",
    "fire",
    "give_link",
    "given_back",
    "hand_over",
    "id_of",
    "ids_about",
    "in_batches",
    "insist",
    "is_due",
    "is_open_about",
    "keep",
    "ladders",
    "lapse",
    "last_day",
    "late",
    "leaving",
    "link_of",
    "listed",
    "look",
    "move",
    "of_subject",
    "open_promises",
    "owed_by",
    "planned_moves",
    "postpone",
    "promise",
    "promised",
    "put_back",
    "read_rules",
    "remind",
    "reminded",
    "reply_unit",
    "request_time",
    "require_seen",
    "run_on",
    "say_not_ours",
    "seen_by_unit",
    "send_back",
    "shown",
    "stand_still",
    "standing",
    "told_of",
    "told_since",
    "unit_standings",
    "unsettled",
    "way_to_head",
    "why_returned",
    "why_unreached",
]
