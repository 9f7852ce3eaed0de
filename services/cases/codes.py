"""The codes for refusing a change to a case."""

from __future__ import annotations

from enum import StrEnum


class CaseCode(StrEnum):
    """Why a change to a case was refused. Each code has its words in the templates, in every language."""

    APPEALED = "appealed"  # an appeal waits, and the head of the office answers it first
    DECIDED = "decided"  # the case stands elsewhere by now: this step does not lead on from there
    ANSWER_TOO_LONG = "answer_too_long"  # to one item: the closing words hold all of them
    ITEM_SHORT = "item_short"
    ITEM_TOO_LONG = "item_too_long"
    ITEMS_FEW = "items_few"  # one alone is the case itself
    ITEMS_MANY = "items_many"
    ITEMS_MERGED = "items_merged"  # what is merged is answered by one word
    ITEMS_OPEN = "items_open"  # some have no answer yet
    OUTCOME_UNKNOWN = "outcome_unknown"
    TAG_LONG = "tag_long"
    TAG_THERE = "tag_there"  # of the new name: they would become one
    TAG_WANTED = "tag_wanted"
    TAGS_MANY = "tags_many"  # of one case
    YUAN_MUCH = "yuan_much"
    YUAN_WRONG = "yuan_wrong"


class KeyingCode(StrEnum):
    """Why a case was not entered by a clerk. Each code has its words in the templates, in every language."""

    SOURCE_WANTED = "source_wanted"
    KIND_WANTED = "kind_wanted"
    CATEGORY_WANTED = "category_wanted"
    UNIT_UNKNOWN = "unit_unknown"
    PRIORITY_UNKNOWN = "priority_unknown"
    DAY_WRONG = "day_wrong"
    DAY_AHEAD = "day_ahead"
    NAME_TOO_LONG = "name_too_long"
    PHONE_WRONG = "phone_wrong"
    NUMBER_TOO_LONG = "number_too_long"
    ARRIVED_EARLY = "arrived_early"  # before what it tells of
    KEYED_ALREADY = "keyed_already"
    KEYED_ALIKE = "keyed_alike"  # the same in every field, without a number: it may have come twice


class SheetCode(StrEnum):
    """Why a sheet of cases, or a row of it, was not taken; beside `KeyingCode`. Each has its words in the templates."""

    SHEET_WANTED = "sheet_wanted"
    HEADS_WANTED = "heads_wanted"  # no row of headings was found, or none for the story
    ROWS_WANTED = "rows_wanted"
    FORMULA = "formula"  # a formula or an error of the spreadsheet where words should be
    ROUNDED = "rounded"  # 2.02E+17: the spreadsheet has cut a long number
    NUMBER_TWICE = "number_twice"  # in one sheet, about different things
