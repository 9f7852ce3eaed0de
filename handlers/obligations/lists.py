"""The lists of what a unit owes and by when, and of who is late (R03, R21, C08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conversation.messages import Button
from handlers.obligations.sight import Sight, sight_of
from handlers.obligations.words import told, written
from services import obligations
from services.obligations import Late, Obligation
from services.people import Right, units_with
from services.talk import Journey, Turn

SHOWN = 5  # obligations a page: with the buttons for paging and for who is late there are eight
MOST_LATE = 20  # lines: a longer list is read at the console


def open_obligations(turn: Turn, page: str) -> None:
    """Opens `/duties` or `/duties 2`: obligations owed, by due date; then answered ones; then the newest settled."""
    sight = sight_of(turn)
    found = obligations.owed_by(turn.act, turn.tools.kinds, sorted(sight.seen))
    buttons = [*_page_buttons(turn, found, page), *_above(sight)]
    if found:
        shown = [told(turn, obligation) for obligation in _page(found, page)]
        several = {obligation.unit_id for obligation in found} != set(sight.own)  # each line then names its unit
        owed = sum(obligation.owed for obligation in found)
        turn.say("obligation.mine", *buttons, owing=shown, several=several, owed=owed, first=_first(found, page))
    else:
        turn.say("obligation.none", *_above(sight), Button("/menu", words="menu"))
    turn.go_on()


def open_late(turn: Turn, argument: str) -> None:
    """Opens `/late`: by unit and kind, how many and how old; only the units that this person may see."""
    shown = units_with(turn.grants, Right.SEE_LATE, turn.directory.under)
    found = [one for one in obligations.late(turn.act) if one.unit_id in shown]
    found.sort(key=lambda one: (one.oldest_due, one.unit_id, one.kind))
    back = [Button("/duties", words="menu_duties")] if turn.may(OBLIGATIONS) else [Button("/menu", words="menu")]
    lines = [_late_line(turn, one) for one in found[:MOST_LATE]]
    more = len(found) - len(lines)
    over = {"total": sum(one.count for one in found), "everything": shown.everything}
    turn.say("obligation.late", *back, lines=lines, more=more, **over)
    turn.go_on()


def _late_line(turn: Turn, late: Late) -> dict[str, Any]:
    return {
        "unit": turn.directory.name(late.unit_id) or late.unit_id,
        "kind": late.kind,
        "count": late.count,
        "oldest": written(turn, late.oldest_due),
        "days": late.days,
    }


def _first(found: Sequence[Obligation], page: str) -> int:
    """The index of the first line of a page; a page that does not exist becomes the nearest one."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1
    last = max(1, -(-len(found) // SHOWN))
    return (min(max(number, 1), last) - 1) * SHOWN


def _page(found: Sequence[Obligation], page: str) -> Sequence[Obligation]:
    first = _first(found, page)
    return found[first : first + SHOWN]


def _page_buttons(turn: Turn, found: Sequence[Obligation], page: str) -> list[Button]:
    first = _first(found, page)
    number = first // SHOWN + 1
    buttons = [_opens(turn, obligation, place) for place, obligation in enumerate(_page(found, page), first + 1)]
    if first:
        buttons.append(Button(f"/duties {number - 1}", words="act_previous"))
    if first + SHOWN < len(found):
        buttons.append(Button(f"/duties {number + 1}", words="act_next"))
    return buttons


def _opens(turn: Turn, obligation: Obligation, place: int) -> Button:
    shown = {
        "place": place,
        "state": obligation.state,
        "late": obligation.late,
        "due": written(turn, obligation.due_at),
    }
    return Button(f"/duty {obligation.id}", words="open_obligation", values={**shown, "owed": obligation.owed})


def _above(sight: Sight) -> list[Button]:
    return [Button("/late", words="who_is_late")] if sight.above else []


OBLIGATIONS = Journey("duties", open_obligations, right=Right.LOOK_AT_OBLIGATIONS, in_menu=True, listed=True)
LATE = Journey("late", open_late, right=Right.SEE_LATE, listed=True)
