"""Looks after the whole system: exports, figures, the check-up of the database, and forgetting in time."""

from services.oversight.auditing import Audited, audited
from services.oversight.auditors import tell_auditors
from services.oversight.checkup import (
    Unannounced,
    Unsent,
    count_rows,
    holds_sealed,
    leave_mark,
    try_key,
    unannounced,
    unsent,
)
from services.oversight.export import COLUMNS, RECEIPTS, WHAT, export_rows, receipts_of
from services.oversight.figures import Figure, count_figures
from services.oversight.forgetting import forget_read, forget_screens
from services.oversight.keeping import Keeping, keeping
from services.oversight.lost import lost_evidence
from services.oversight.rotating import left_under_older, rotate
from services.oversight.sheet import SheetWords
from services.oversight.shuffling import UNORDERED, blend, shuffle
from services.oversight.upkeep import claim_tick, forget_old, remind_idle
from services.oversight.writers import FORMS, Printed, Row, printed, write_table

__all__ = [
    "COLUMNS",
    "FORMS",
    "RECEIPTS",
    "UNORDERED",
    "WHAT",
    "Audited",
    "Figure",
    "Keeping",
    "Printed",
    "Row",
    "SheetWords",
    "Unannounced",
    "Unsent",
    "audited",
    "blend",
    "claim_tick",
    "count_figures",
    "count_rows",
    "export_rows",
    "forget_old",
    "forget_read",
    "forget_screens",
    "holds_sealed",
    "keeping",
    "leave_mark",
    "left_under_older",
    "lost_evidence",
    "printed",
    "receipts_of",
    "remind_idle",
    "rotate",
    "shuffle",
    "tell_auditors",
    "try_key",
    "unannounced",
    "unsent",
    "write_table",
]
