"""A citizen's case: filed, added to, followed through its life. Who filed it lies in the vault, never in the case."""

from services.cases.codes import CaseCode
from services.cases.filing import (
    ACCEPTANCE,
    CATEGORIES,
    LONGEST_TEXT,
    MOST_MEDIA,
    Case,
    Complaint,
    Entry,
    add,
    adopt,
    asked_about,
    file_complaint,
    file_question,
    history,
    own,
    own_case,
)
from services.cases.leaving import COLUMNS, leaving
from services.cases.life import COMPLAINT, ENDS, LIFE, QUESTION, State, Step, steps_from
from services.cases.outcomes import OUTCOMES, note_outcomes, outcome_values
from services.cases.steps import HANDLING, LockedCase, held, note, take, tell
from services.cases.withdrawing import withdraw

__all__ = [
    "ACCEPTANCE",
    "CATEGORIES",
    "COLUMNS",
    "COMPLAINT",
    "ENDS",
    "HANDLING",
    "LIFE",
    "LONGEST_TEXT",
    "MOST_MEDIA",
    "OUTCOMES",
    "QUESTION",
    "Case",
    "CaseCode",
    "Complaint",
    "Entry",
    "LockedCase",
    "State",
    "Step",
    "add",
    "adopt",
    "asked_about",
    "file_complaint",
    "file_question",
    "held",
    "history",
    "leaving",
    "note",
    "note_outcomes",
    "outcome_values",
    "own",
    "own_case",
    "steps_from",
    "take",
    "tell",
    "withdraw",
]
