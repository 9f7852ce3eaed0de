"""A citizen's case: filed, added to, followed. Who filed it lies in the vault, never in the case."""

from services.cases.filing import (
    ACCEPTANCE,
    ACCEPTED,
    CATEGORIES,
    COMPLAINT,
    DECLINED,
    LONGEST_TEXT,
    MOST_MEDIA,
    QUESTION,
    RECEIVED,
    Case,
    Complaint,
    add,
    adopt,
    file_complaint,
    file_question,
    history,
    own,
)
from services.cases.leaving import COLUMNS, leaving

__all__ = [
    "ACCEPTANCE",
    "ACCEPTED",
    "CATEGORIES",
    "COLUMNS",
    "COMPLAINT",
    "DECLINED",
    "LONGEST_TEXT",
    "MOST_MEDIA",
    "QUESTION",
    "RECEIVED",
    "Case",
    "Complaint",
    "add",
    "adopt",
    "file_complaint",
    "file_question",
    "history",
    "leaving",
    "own",
]
