"""The office's desk: what came in, one report with its evidence, and what the office says about it."""

from services.desk.deciding import Ring, accept, answer, ask, conclude, decline, note, take_on
from services.desk.handing import visit_of
from services.desk.kinds import KINDS
from services.desk.listing import counts, fresh, listed
from services.desk.opening import look, open_copy, open_identity, open_original, open_report
from services.desk.values import ANSWERED, PAGE, Counts, Filters, Item, Original, Page, Report, Said
from services.foundation.refusal import NotDone

__all__ = [
    "ANSWERED", "KINDS", "PAGE", "Counts", "Filters", "Item", "NotDone", "Original", "Page", "Report", "Ring", "Said",
    "accept", "answer", "ask", "conclude", "counts", "decline", "fresh", "listed", "look", "note", "open_copy",
    "open_identity", "open_original", "open_report", "take_on", "visit_of",
]  # fmt: skip
