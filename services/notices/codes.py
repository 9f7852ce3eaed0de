"""The codes for refusing a step of a notice; a refusal's `field` is the field beside which the words stand."""

from __future__ import annotations

from enum import StrEnum


class NoticeCode(StrEnum):
    """Why a step of a notice was refused. Each code has its words in the templates, in every language."""

    ALL_SEEN = "all_seen"
    AUDIENCE_EMPTY = "audience_empty"
    LIST_EMPTY = "list_empty"
    SAME_DRAFT = "same_draft"
    SECOND_CLERK = "second_clerk"
    SMS_AT_NIGHT = "sms_at_night"
    STILL_GOING = "still_going"
    TIME_FAR = "time_far"
    TIME_PAST = "time_past"
    TIME_UNCLEAR = "time_unclear"
    TIME_WANTED = "time_wanted"
    TOO_MANY_PIECES = "too_many_pieces"
    VARIABLE_LEFT = "variable_left"
