"""What the office does with the items of a case: puts them down, answers one, tells its answer by itself (C22).

Each leaves an entry, so that a decision on a page that does not show it yet is refused. An answer that is given anew
leaves the old one in the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, update

from conversation.messages import Button
from models.tables import items
from services import evidence
from services.cases.codes import CaseCode
from services.cases.given import given
from services.cases.items import FEWEST_ITEMS, MOST_ITEMS, CaseItem, ItemState, items_of, told_items
from services.cases.life import State, Step, steps_from
from services.cases.steps import LockedCase, held, merged, note, tell
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.searching import sealed_words
from services.foundation.vault import new_id
from services.foundation.wording import readable, worded

LONGEST_ITEM = 300  # characters
LONGEST_ANSWER = 1_000  # characters: those of all items stand in one message, which a chat takes in a few pieces
SPLIT, ANSWER, TELL = "split", "item_answer", "item_told"  # kinds of entries: the office's own


def split(act: Act, case_id: str, seen: str, typed: Mapping[str, str]) -> bool:
    """Puts down the items of a case as they stand in the form; always returns True.

    `typed`: in the form's order, the text by the id of an item that is there already, or by any other name for a new
    one. An empty text takes the item away; without any the case is whole again. What was handed over or answered stays
    as it is, and so does its number. Raises Refusal: gone, changed, decided (the case has ended), items_merged,
    item_short, item_too_long (each of a field of `typed`), items_few, items_many.
    """
    case = held(act, case_id, seen)
    if case.ended:
        raise Refusal(CaseCode.DECIDED)
    if case.state is State.MERGED or merged(act, case.id):
        raise Refusal(CaseCode.ITEMS_MERGED)
    known = items_of(act, case.id)
    texts = {name: text for name, one in typed.items() if (text := _text(name, one))}
    wanted = [one for one in known if one.is_fixed or one.id in texts]
    new = [text for name, text in texts.items() if all(name != one.id for one in known)]
    many = len(wanted) + len(new)
    if many > MOST_ITEMS:
        raise Refusal(CaseCode.ITEMS_MANY)
    if many == 1 or (many < FEWEST_ITEMS and not known):
        raise Refusal(CaseCode.ITEMS_FEW)
    if not _write(act, case, known, wanted, texts, new):
        return True
    note(act, case, SPLIT, "", {"items": [str(len(known)), str(many)]})
    return True


def answer_item(
    act: Act, case_id: str, seen: str, item_id: str, text: str, pieces: Sequence[str] = (), *, telling: bool = False
) -> bool:
    """Gives the office's answer to one item, which no unit looks into; the case stays open.

    `telling`: the citizen hears of it at once, and whether they can be reached is returned, else True. `pieces`: what
    goes with it, by id. Raises Refusal: gone, changed, decided, text_wanted, answer_too_long, enclosed_gone, …
    """
    case, item, text = *_open(act, case_id, seen, item_id), worded_answer(text)
    if item.is_with_unit:
        raise Refusal(CaseCode.DECIDED)
    give_answer(act, case, item, text, evidence.enclosed(act, pieces))
    return not telling or _tell(act, case, item_id)


def tell_item(act: Act, case_id: str, seen: str, item_id: str) -> bool:
    """Tells the citizen the answer to one item, before the others have theirs; whether they can be reached.

    Raises Refusal: gone, changed, decided (it has no answer, or it was told).
    """
    case, item = _open(act, case_id, seen, item_id)
    if item.state is not ItemState.ANSWERED or item.told_on is not None:
        raise Refusal(CaseCode.DECIDED)
    return _tell(act, case, item_id)


def tell_with_pieces(act: Act, case: LockedCase) -> None:
    """Tells answers with pieces that were not told yet, each by itself: beside the closing words is no room."""
    sent = given(act, case.id)
    for item in items_of(act, case.id):
        if item.answer_id in sent and item.told_on is None:
            _tell(act, case, item.id)


def give_answer(
    act: Act, case: LockedCase, item: CaseItem, text: str, enclosed: Sequence[evidence.Enclosure] = ()
) -> None:
    """Writes the answer to an item of a case that is locked. Raises Refusal: enclosed_gone."""
    entry_id = note(act, case, ANSWER, text, {"item": item.position}, enclosed)
    _change(act, item.id, answer_id=entry_id, told_on=None)


def give_over(act: Act, item: CaseItem, obligation_id: str) -> None:
    """Notes what a unit owes about an item from now on. Its answer, if it has one, stays until there is another."""
    _change(act, item.id, obligation_id=obligation_id)


def worded_answer(text: str) -> str:
    """An answer to an item as typed. Raises Refusal: text_wanted, answer_too_long."""
    if len(readable(text)) > LONGEST_ANSWER:
        raise Refusal(CaseCode.ANSWER_TOO_LONG)
    return worded(text)


def _open(act: Act, case_id: str, seen: str, item_id: str) -> tuple[LockedCase, CaseItem]:
    """An item of a case that the office can answer as it stands."""
    case = held(act, case_id, seen)
    if Step.CLOSE not in steps_from(case.kind, case.state):
        raise Refusal(CaseCode.DECIDED)
    item = next((one for one in items_of(act, case.id) if one.id == item_id), None)
    if item is None:
        raise Refusal(Common.CHANGED)
    return case, item


def _tell(act: Act, case: LockedCase, item_id: str) -> bool:
    now = items_of(act, case.id)
    [item] = [one for one in now if one.id == item_id]
    _change(act, item.id, told_on=act.now.date())
    note(act, case, TELL, "", {"item": item.position})
    left = sum(one.state is not ItemState.ANSWERED for one in now)
    told = {"item": told_items([item])[0], "count": len(now), "left": left}
    enclosed = given(act, case.id).get(item.answer_id or "", ())
    button = Button(f"/status {case.id}", words="see_status")
    return tell(act, case, "answered_item", button, enclosed=enclosed, **told)


def _text(name: str, typed: str) -> str:
    text = readable(typed)
    if len(text) == 1:
        raise Refusal(CaseCode.ITEM_SHORT, name)
    if len(text) > LONGEST_ITEM:
        raise Refusal(CaseCode.ITEM_TOO_LONG, name)
    return text


def _write(
    act: Act, case: LockedCase, known: list[CaseItem], wanted: list[CaseItem], texts: Mapping[str, str], new: list[str]
) -> bool:
    """Writes what the form has changed; returns whether anything was. Behind what is fixed, numbers close up."""
    changed = bool(new)
    for item in known:
        if item not in wanted:
            act.tx.execute(delete(items).where(items.c.id == item.id))
            act.wrote(items, item.id)
            changed = True
    last = max((one.position for one in wanted if one.is_fixed), default=0)
    for item in wanted:
        position, text = item.position, item.text if item.is_fixed else texts[item.id]
        if position > last:
            position = last = last + 1
        if (position, text) != (item.position, item.text):
            _change(act, item.id, position=position, text=text, sought=sealed_words(act.vault, item.id, text))
            changed = True
    for position, text in enumerate(new, last + 1):
        item_id = new_id()
        sought = sealed_words(act.vault, item_id, text)
        row = {"id": item_id, "case_id": case.id, "position": position, "text": text, "sought": sought}
        act.tx.execute(insert(items).values(**row))
        act.wrote(items, item_id)
    return changed


def _change(act: Act, item_id: str, **values: Any) -> None:
    act.tx.execute(update(items).where(items.c.id == item_id).values(**values))
    act.wrote(items, item_id)
