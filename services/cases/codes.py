"""The codes for refusing a change to a case."""

from __future__ import annotations

from enum import StrEnum


class CaseCode(StrEnum):
    """Why a change to a case was refused. Each code has its words in the templates, in every language."""

    DECIDED = "decided"  # the case stands elsewhere by now: this step does not lead on from there
    OUTCOME_UNKNOWN = "outcome_unknown"
    YUAN_WRONG = "yuan_wrong"
