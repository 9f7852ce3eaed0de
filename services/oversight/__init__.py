"""Looks after the whole system: exports, figures, the check-up of the database, and forgetting in time."""

from services.oversight.checkup import Unannounced, Unsent, count_rows, try_key, unannounced, unsent
from services.oversight.export import COLUMNS, FORMS, WHAT, export_rows, receipts_of, write_export
from services.oversight.figures import Figure, count_figures
from services.oversight.sheet import SheetWords
from services.oversight.upkeep import UPLOADS_KEPT, claim_tick, forget_old, remind_idle

__all__ = [
    "COLUMNS",
    "FORMS",
    "UPLOADS_KEPT",
    "WHAT",
    "Figure",
    "SheetWords",
    "Unannounced",
    "Unsent",
    "claim_tick",
    "count_figures",
    "count_rows",
    "export_rows",
    "forget_old",
    "receipts_of",
    "remind_idle",
    "try_key",
    "unannounced",
    "unsent",
    "write_export",
]
