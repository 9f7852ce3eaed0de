"""Joins the items of a case with what units owe about them (C22): handed over and answered one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services import cases, evidence, obligations
from services.cases import CaseCode, CaseItem, held
from services.desk import following
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.obligations import Kinds, LockedObligation


def hand_item(act: Act, kinds: Kinds, item_id: str, *, subject_id: str, **given: Any) -> str:
    """Hands an item of a case over to a unit; returns the obligation's id. The unit sees what `asked` says, no more.

    `given`: as `services.obligations.hand_over` takes it, which goes first, since it locks accounts; the same form
    again does nothing more. Raises Refusal: as that does; changed where there is no such item, decided where a unit
    has it.
    """
    obligation_id = obligations.hand_over(act, kinds, subject_id=subject_id, **given)
    case = held(act, subject_id)
    item = next((one for one in cases.items_of(act, case.id) if one.id == item_id), None)
    if item is None:
        raise Refusal(Common.CHANGED)
    if item.obligation_id == obligation_id:
        return obligation_id
    if item.is_with_unit:
        raise Refusal(CaseCode.DECIDED)
    cases.give_over(act, item, obligation_id)
    return obligation_id


def is_part(act: Act, obligation: LockedObligation) -> bool:
    """Whether a unit owes this about an item of a case whose citizen waits."""
    return following.waits(act, obligation.subject_id) and cases.item_of(act, obligation.id) is not None


def part_answered(act: Act, obligation: LockedObligation, word: str, pieces: Sequence[str]) -> None:
    """Gives the word with which the unit's answer is accepted as the answer to its item.

    `pieces` may be pictures of the unit's. Raises Refusal: gone, answer_too_long, enclosed_gone, …
    """
    word = cases.worded_answer(word)
    found = cases.item_of(act, obligation.id)
    if found is None:
        raise Refusal(Common.GONE)
    case_id, item = found
    cases.give_answer(act, held(act, case_id), item, word, evidence.enclosed(act, pieces, [obligation.id]))


def waits_for_last(act: Act, report_id: str | None) -> bool:
    """Whether a case is closed once its last obligation is accepted: its citizen waits, and no item is open."""
    return following.waits(act, report_id) and not cases.unanswered(act, report_id or "")


def part(act: Act, obligation_id: str) -> CaseItem | None:
    """The item about which a unit owes this, for the office's page."""
    found = cases.item_of(act, obligation_id)
    return found[1] if found else None
