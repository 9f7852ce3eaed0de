"""Looks after the whole system: exports, figures, the check-up of the database, and forgetting in time."""

from services.oversight.checkup import Unannounced, Unsent, count_rows, try_key, unannounced, unsent
from services.oversight.export import COLUMNS, FORMS, WHAT, export_rows, receipts_of, write_export
from services.oversight.figures import Figure, count_figures
from services.oversight.forgetting import forget_screens
from services.oversight.keeping import Keeping, keeping
from services.oversight.sheet import SheetWords
from services.oversight.upkeep import claim_tick, forget_old, remind_idle

__all__ = [
    "COLUMNS",
    "FORMS",
    "WHAT",
    "Figure",
    "Keeping",
    "SheetWords",
    "Unannounced",
    "Unsent",
    "claim_tick",
    "count_figures",
    "count_rows",
    "export_rows",
    "forget_old",
    "forget_screens",
    "keeping",
    "receipts_of",
    "remind_idle",
    "try_key",
    "unannounced",
    "unsent",
    "write_export",
]
