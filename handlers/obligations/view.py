"""Shows one obligation with everything about it. What the person may do stands under it as buttons."""

from __future__ import annotations

import re

from conversation.messages import Button
from handlers.answers import asks_for
from handlers.obligations.lists import OBLIGATIONS
from handlers.obligations.sight import own_obligation, seen_obligation, sight_of
from handlers.obligations.words import told
from services import obligations
from services.foundation.codes import spelled
from services.foundation.refusal import Refusal
from services.obligations import TO_HEAD, Dossier, Obligation, buttons
from services.people import Right
from services.talk import Journey, Turn

NUMBER = re.compile(r"(?<![0-9a-z])d[\s-]*(\d{8})[\s-]*(\d{4})(?!\d)")


def open_obligation(turn: Turn, argument: str) -> None:
    """Opens `/duty <id>`."""
    whole = seen_obligation(turn, argument)
    if whole is None:
        unknown(turn)
    else:
        show(turn, whole)
    turn.go_on()


def is_asked(turn: Turn, said: str) -> bool:
    """Whether the words ask for an obligation by its number; it is shown at once to whoever may see it.

    Everybody else is answered alike, whether there is such a number or not.
    """
    for found in NUMBER.finditer(spelled(said)):
        if asks_for(turn, found, OBLIGATIONS.name, "status"):
            number = f"D{found[1]}-{found[2]}"
            if turn.may(OBLIGATION):
                open_obligation(turn, obligations.id_of(turn.act, number) or "")
            else:
                turn.say("obligation.not_found", Button("/menu", words="menu"), number=number)
            return True
    return False


def show(turn: Turn, whole: Dossier) -> None:
    obligation = whole.obligation
    turn.say(
        "obligation.one",
        *buttons_of(turn, whole),
        **obligations.shown(whole, turn.directory.name(obligation.unit_id) or ""),
    )


def open_acknowledge(turn: Turn, argument: str) -> None:
    """Opens `/acknowledge <id>`: done by this one tap; a second tap changes nothing."""
    whole = to_act_on(turn, argument)
    if whole is None:
        return
    try:
        obligations.acknowledge(turn.act.by(person_of(turn)), whole.obligation.id)
    except Refusal as refusal:
        refused(turn, whole.obligation, refusal.code)
        return
    obligation = whole.obligation
    if obligation.owed:
        turn.say("obligation.acknowledged", *buttons(obligation.id, TO_HEAD[1:]), **told(turn, obligation))
    else:  # answered meanwhile
        show(turn, whole)
    turn.go_on()


def buttons_of(turn: Turn, whole: Dossier) -> list[Button]:
    """The buttons for what this person can do now."""
    obligation = whole.obligation
    given_back = obligation.state == obligations.NOT_OURS
    acts = obligation.unit_id in sight_of(turn).own
    open_ = acts and obligation.state not in obligations.SETTLED
    offered = [
        (acts and obligation.owed and obligation.acknowledged_at is None, "acknowledge", "acknowledge"),
        (acts and (obligation.owed or given_back), "answer", "answer_now"),
        (open_ and not obligation.owed and not given_back, "answer", "add"),
        (acts and obligation.owed and not obligation.waiting_extension, "more_time", "more_time"),
        (open_, "ask_office", "ask_office"),
        (acts and whole.not_ours_by is not None, "not_ours", "not_ours"),
    ]
    buttons = [Button(f"/{name} {obligation.id}", words=words) for possible, name, words in offered if possible]
    return [*buttons, Button("/duties", words="menu_duties")]


def to_act_on(turn: Turn, argument: str) -> Dossier | None:
    """The obligation that a command acts on, or None after telling the person why not."""
    whole = own_obligation(turn, argument)
    if whole is not None:
        return whole
    above = seen_obligation(turn, argument)
    if above is None:
        unknown(turn)
    else:
        turn.say(
            "obligation.look_only",
            Button(f"/duty {above.obligation.id}", words="see_obligation"),
            **told(turn, above.obligation),
        )
    turn.go_on()
    return None


def unknown(turn: Turn) -> None:
    """Answers alike for what does not exist and for what is somebody else's. Who has lost the role is told so."""
    if not turn.may(OBLIGATION):
        turn.take("duty", "")
        return
    turn.say("obligation.unknown", Button("/duties", words="menu_duties"))


def refused(turn: Turn, obligation: Obligation, code: str) -> None:
    """Tells why the service refused. Raises KeyError for a code that has no words, which is a mistake of ours."""
    see = Button(f"/duty {obligation.id}", words="see_obligation")
    turn.say("obligation.refused", see, code=code, **told(turn, obligation))


def person_of(turn: Turn) -> str:
    """The id of the person who acts. Only called where a right was found, and only persons hold rights."""
    if turn.contact.person_id is None:
        raise ValueError("an account that is bound to nobody acts for no unit")
    return turn.contact.person_id


OBLIGATION = Journey("duty", open_obligation, right=Right.LOOK_AT_OBLIGATIONS)
ACKNOWLEDGE = Journey("acknowledge", open_acknowledge, right=Right.LOOK_AT_OBLIGATIONS)
VIEWS = (OBLIGATION, ACKNOWLEDGE)
