"""The codes for refusing a decision about a report."""

from __future__ import annotations

from enum import StrEnum


class DeskCode(StrEnum):
    """Why a decision about a report was refused. Each code has its words in the templates, in every language."""

    CONFINED = "confined"  # the discipline desk alone sees it: no unit may
    UNITS_OWE = "units_owe"  # it cannot go to the discipline desk while a unit owes an answer about it
    ASKED_ALREADY = "asked_already"  # an identity, by the same person
    NOBODY_ELSE = "nobody_else"  # could answer: there is no second person
    OWN_ASKING = "own_asking"  # or of somebody with the same phone, or of what one may not see
    ANSWERED_ALREADY = "answered_already"  # or over in time
    NOT_GRANTED = "not_granted"  # nobody has agreed, or it was opened, or the time is over
    HEAD_WANTED = "head_wanted"
    REASON_WANTED = "reason_wanted"
    THEIR_NUMBER = "their_number"
    THEIR_WORDS = "their_words"
    TELLING = "telling"  # it may tell who somebody is: looked at once more
    UNIT_UNKNOWN = "unit_unknown"
    CATEGORY_UNKNOWN = "category_unknown"
    PRIORITY_UNKNOWN = "priority_unknown"
    CLERK_UNKNOWN = "clerk_unknown"  # nobody, or somebody who decides about no reports
    GIVEN_ALREADY = "given_already"
    USE_WANTED = "use_wanted"  # of a standard text
    TITLE_WANTED = "title_wanted"
    TITLE_TOO_LONG = "title_too_long"
    VARIABLE_UNKNOWN = "variable_unknown"
    VARIABLE_BROKEN = "variable_broken"
    VARIABLE_EMPTY = "variable_empty"  # the case has none
    STANDARD_WANTED = "standard_wanted"  # no text was chosen
    SAME = "same"  # nothing was changed in the form
    OTHER_UNKNOWN = "other_unknown"  # a number that nobody has, or whoever acts may not see
    OTHER_SELF = "other_self"
    OTHER_ENDED = "other_ended"
    OTHER_KIND = "other_kind"  # a complaint under a question, or the other way round
    OTHER_SECRECY = "other_secrecy"  # the discipline desk alone sees one of the two, or each for another reason
    OTHER_UNIT = "other_unit"  # asked once more: the two are about different units
    UNDER_MERGED = "under_merged"  # the master is merged itself: there is no chain
    MERGED_ALREADY = "merged_already"
    MERGED_ITEMS = "merged_items"  # one of the two is answered item by item, to its own citizen
    MERGED_OWED = "merged_owed"  # a unit owes an answer about what would be merged
    MERGED_HERE = "merged_here"  # what is merged is answered, and goes elsewhere, with its master alone
