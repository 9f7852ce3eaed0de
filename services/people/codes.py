"""The codes for refusing a change to a person."""

from __future__ import annotations

from enum import StrEnum


class PeopleCode(StrEnum):
    """Why a change to a person was refused. Each code has its words in the templates, in every language."""

    BAD_PHONE = "bad_phone"
    DAYS_WANTED = "days_wanted"
    HAS_HEAD = "has_head"
    KEEPER_WANTED = "keeper_wanted"  # somebody who watches over the office is appointed by another watcher
    KNOWN = "known"
    LAST_CLERK = "last_clerk"
    NAME_WANTED = "name_wanted"
    ROLE_WANTED = "role_wanted"
    UNIT_WANTED = "unit_wanted"
