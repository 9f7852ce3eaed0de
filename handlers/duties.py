"""What a unit owes and by when, and who is late: the lists (R03, R21, C08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conversation.messages import Button
from handlers.duty_sight import Sight, sight_of
from handlers.duty_words import told, written
from services import obligations
from services.journeys import Journey, Turn
from services.obligations import Duty, Late
from services.people.rights import Right, units_with

SHOWN = 5  # duties a page: with turning the page and who is late there are eight buttons
MOST_LATE = 20  # lines: more than that is read at the console


def open_duties(turn: Turn, page: str) -> None:
    """`/duties`, `/duties 2`: what is owed by due date, then what is answered, then the newest that are settled."""
    sight = sight_of(turn)
    found = obligations.duties_of(turn.tx, turn.now, turn.tools.kinds, sorted(sight.seen))
    buttons = [*_page_buttons(turn, found, page), *_above(sight)]
    if found:
        shown = [told(turn, duty) for duty in _page(found, page)]
        several = {duty.unit_id for duty in found} != set(sight.own)  # then each line names its unit
        owed = sum(duty.owed for duty in found)
        turn.say("obligation.mine", *buttons, duties=shown, several=several, owed=owed, first=_first(found, page))
    else:
        turn.say("obligation.none", *_above(sight), Button("/menu", words="menu"))
    turn.go_on()


def open_late(turn: Turn, argument: str) -> None:
    """`/late`: by unit and kind, with how many and how old; only the units that this person may see."""
    shown = units_with(turn.grants, Right.SEE_LATE, turn.directory.under)
    found = [one for one in obligations.late(turn.tx, turn.now) if one.unit_id in shown]
    found.sort(key=lambda one: (one.oldest_due, one.unit_id, one.kind))
    back = [Button("/duties", words="menu_duties")] if turn.may(DUTIES) else [Button("/menu", words="menu")]
    lines = [_late_line(turn, one) for one in found[:MOST_LATE]]
    more = len(found) - len(lines)
    over = {"total": sum(one.count for one in found), "everything": shown.everything}
    turn.say("obligation.late", *back, lines=lines, more=more, **over)
    turn.go_on()


def _late_line(turn: Turn, late: Late) -> dict[str, Any]:
    return {
        "unit": turn.directory.name(late.unit_id) or late.unit_id, "kind": late.kind, "count": late.count,
        "oldest": written(turn, late.oldest_due), "days": late.days,
    }  # fmt: skip


def _first(found: Sequence[Duty], page: str) -> int:
    """The place in the list of the first line of a page; a page that does not exist is the nearest one."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1
    last = max(1, -(-len(found) // SHOWN))
    return (min(max(number, 1), last) - 1) * SHOWN


def _page(found: Sequence[Duty], page: str) -> Sequence[Duty]:
    first = _first(found, page)
    return found[first : first + SHOWN]


def _page_buttons(turn: Turn, found: Sequence[Duty], page: str) -> list[Button]:
    first = _first(found, page)
    number = first // SHOWN + 1
    buttons = [_opens(turn, duty, place) for place, duty in enumerate(_page(found, page), first + 1)]
    if first:
        buttons.append(Button(f"/duties {number - 1}", words="act_previous"))
    if first + SHOWN < len(found):
        buttons.append(Button(f"/duties {number + 1}", words="act_next"))
    return buttons


def _opens(turn: Turn, duty: Duty, place: int) -> Button:
    shown = {"place": place, "state": duty.state, "late": duty.late, "due": written(turn, duty.due_at)}
    return Button(f"/duty {duty.id}", words="open_duty", values={**shown, "owed": duty.owed})


def _above(sight: Sight) -> list[Button]:
    return [Button("/late", words="who_is_late")] if sight.above else []


DUTIES = Journey("duties", open_duties, right=Right.LOOK_AT_OBLIGATIONS, in_menu=True, listed=True)
LATE = Journey("late", open_late, right=Right.SEE_LATE, listed=True)
