"""The office's desk: what came in, one report with its evidence, and what the office says about it."""

from services.desk.alerting import tell_discipline, tell_keepers, unheld
from services.desk.appeals import uphold
from services.desk.assigning import assign, assigned, clerks, hand_on
from services.desk.calling_back import NOT_SO, SO, call_back, called_back
from services.desk.codes import DeskCode
from services.desk.deciding import accept, answer, ask, decline, interim, refer, reopen
from services.desk.handing import Beside, beside, visit_of
from services.desk.hot import BEFORE, MOST_HOT, Hot, days_of, hot, months_back
from services.desk.identities import (
    Opening,
    OpeningState,
    answer_identity,
    ask_identity,
    asked_openings,
    open_identity,
    opening_of,
    waiting_openings,
)
from services.desk.itemising import hand_item
from services.desk.jotting import jot
from services.desk.kinds import KINDS
from services.desk.leaving import COLUMNS, leaving
from services.desk.leaving_more import (
    ASSIGNED_COLUMNS,
    OPENING_COLUMNS,
    TAG_COLUMNS,
    TEXT_COLUMNS,
    assigned_leaving,
    openings_leaving,
    tags_leaving,
    texts_leaving,
)
from services.desk.likeness import Alike
from services.desk.listing import counts, fresh, listed, owed_about, ticked, ticks
from services.desk.merging import OVER, UNDER, many_merged, merge, part
from services.desk.noting import note_visit
from services.desk.opening import look, mark_read, open_copy, open_original, open_report
from services.desk.passing import give_back, pass_on
from services.desk.prioritising import prioritise
from services.desk.promises import remind_clerks
from services.desk.publishing import counted, publish, publishable, published, unpublish
from services.desk.rates import BY, WEEK, Tally, mapped, tallied, total
from services.desk.rating import make_good, set_aside
from services.desk.righting import put_right
from services.desk.saving import MOST_SAVED, Saved, drop_search, save_search, saved_searches
from services.desk.searching import MOST, Search
from services.desk.secrecy import telling
from services.desk.sight import sight_of_case, sight_of_visit
from services.desk.standard import (
    USES,
    VARIABLES,
    StandardText,
    coded,
    histories,
    named,
    put_in,
    standard_texts_now,
    write_text,
)
from services.desk.stepping import next_open
from services.desk.tagging import (
    LONGEST_TAG,
    MOST_TAGS,
    Tag,
    TagUse,
    add_tag,
    remove_tag,
    rename_tag,
    suggested,
    tag_uses,
)
from services.desk.telltales import marked
from services.desk.unanswered import go_on_unanswered
from services.desk.values import (
    BY_PROMISE,
    NOBODY,
    SHORTEST_REASON,
    UNKNOWN_UNIT,
    VISIT,
    Child,
    Counts,
    Filters,
    Found,
    Item,
    Report,
)

__all__ = [
    "ASSIGNED_COLUMNS",
    "BEFORE",
    "BY",
    "BY_PROMISE",
    "COLUMNS",
    "KINDS",
    "LONGEST_TAG",
    "MOST",
    "MOST_HOT",
    "MOST_SAVED",
    "MOST_TAGS",
    "NOBODY",
    "NOT_SO",
    "OPENING_COLUMNS",
    "OVER",
    "SHORTEST_REASON",
    "SO",
    "TAG_COLUMNS",
    "TEXT_COLUMNS",
    "UNDER",
    "UNKNOWN_UNIT",
    "USES",
    "VARIABLES",
    "VISIT",
    "WEEK",
    "Alike",
    "Beside",
    "Child",
    "Counts",
    "DeskCode",
    "Filters",
    "Found",
    "Hot",
    "Item",
    "Opening",
    "OpeningState",
    "Report",
    "Saved",
    "Search",
    "StandardText",
    "Tag",
    "TagUse",
    "Tally",
    "accept",
    "add_tag",
    "answer",
    "answer_identity",
    "ask",
    "ask_identity",
    "asked_openings",
    "assign",
    "assigned",
    "assigned_leaving",
    "beside",
    "call_back",
    "called_back",
    "clerks",
    "coded",
    "counted",
    "counts",
    "days_of",
    "decline",
    "drop_search",
    "fresh",
    "give_back",
    "go_on_unanswered",
    "hand_item",
    "hand_on",
    "histories",
    "hot",
    "interim",
    "jot",
    "leaving",
    "listed",
    "look",
    "make_good",
    "many_merged",
    "mapped",
    "mark_read",
    "marked",
    "merge",
    "months_back",
    "named",
    "next_open",
    "note_visit",
    "open_copy",
    "open_identity",
    "open_original",
    "open_report",
    "opening_of",
    "openings_leaving",
    "owed_about",
    "part",
    "pass_on",
    "prioritise",
    "publish",
    "publishable",
    "published",
    "put_in",
    "put_right",
    "refer",
    "remind_clerks",
    "remove_tag",
    "rename_tag",
    "reopen",
    "save_search",
    "saved_searches",
    "set_aside",
    "sight_of_case",
    "sight_of_visit",
    "standard_texts_now",
    "suggested",
    "tag_uses",
    "tags_leaving",
    "tallied",
    "tell_discipline",
    "tell_keepers",
    "telling",
    "texts_leaving",
    "ticked",
    "ticks",
    "total",
    "unheld",
    "unpublish",
    "uphold",
    "visit_of",
    "waiting_openings",
    "write_text",
]
