"""The codes for refusing a decision about a report."""

from __future__ import annotations

from enum import StrEnum


class DeskCode(StrEnum):
    """Why a decision about a report was refused. Each code has its words in the templates, in every language."""

    HEAD_WANTED = "head_wanted"
    REASON_WANTED = "reason_wanted"
    THEIR_NUMBER = "their_number"
    THEIR_WORDS = "their_words"
    UNIT_UNKNOWN = "unit_unknown"
    CATEGORY_UNKNOWN = "category_unknown"
    CLERK_UNKNOWN = "clerk_unknown"  # nobody, or somebody who decides about no reports
    GIVEN_ALREADY = "given_already"
    SAME = "same"  # nothing was changed in the form
