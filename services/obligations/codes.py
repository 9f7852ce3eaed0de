"""The codes for refusing a change to an obligation."""

from __future__ import annotations

from enum import StrEnum


class ObligationCode(StrEnum):
    """Why a change to an obligation was refused. Each code has its words in the templates, in every language."""

    DECIDED = "decided"
    DUE_FAR = "due_far"
    DUE_PAST = "due_past"
    DUE_UNSURE = "due_unsure"
    DUE_WANTED = "due_wanted"
    HANDED_ALREADY = "handed_already"
    HEAD_REACHED = "head_reached"  # the head has an account: no link is needed
    KIND_WANTED = "kind_wanted"
    NO_DATE = "no_date"
    NOT_ANSWERED = "not_answered"
    NO_LINKS = "no_links"  # the office gives none
    NOT_OURS_LATE = "not_ours_late"
    NOT_OURS_NEVER = "not_ours_never"
    NOT_OURS_ONCE = "not_ours_once"
    POST_WANTED = "post_wanted"
    REASON_WANTED = "why_wanted"
    SETTLED = "settled"
    UNIT_WANTED = "unit_wanted"
    UNIT_WITHOUT_HEAD = "unit_without_head"
    WAITING_ALREADY = "waiting_already"
