"""One duty whole, and the one tap that says it was seen. What somebody may do stands under it as buttons."""

from __future__ import annotations

from typing import Any

from conversation.messages import Button
from handlers.duty_sight import own_duty, seen_duty, sight_of
from handlers.duty_words import told, written
from services import obligations
from services.foundation.refusal import NotDone
from services.journeys import Journey, Turn
from services.obligations import Duty, Happened, Whole
from services.obligations.telling import TO_HEAD, buttons
from services.people.rights import Right

SHOWN = 8  # of the history: the newest
_FIRST = {"handed": 0, "acknowledged": 1}  # of what was noted at one moment: whoever asks has acknowledged


def open_duty(turn: Turn, argument: str) -> None:
    """`/duty <id>`."""
    whole = seen_duty(turn, argument)
    if whole is None:
        unknown(turn)
    else:
        show(turn, whole)
    turn.go_on()


def show(turn: Turn, whole: Whole) -> None:
    duty = whole.duty
    turn.say(
        "obligation.one", *buttons_of(turn, duty), **told(turn, duty), asked=whole.asked, returned=why_returned(whole),
        extension=_extension(turn, whole), history=_history(turn, whole), earlier=max(0, len(whole.history) - SHOWN),
    )  # fmt: skip


def open_acknowledge(turn: Turn, argument: str) -> None:
    """`/acknowledge <id>`: done by this one tap; again, it changes nothing."""
    whole = to_act_on(turn, argument)
    if whole is None:
        return
    try:
        turn.ring(obligations.acknowledge(turn.tx, turn.vault, turn.now, person_of(turn), whole.duty.id))
    except NotDone as refusal:
        refused(turn, whole.duty, refusal.code)
        return
    duty = whole.duty
    if duty.owed:
        turn.say("obligation.acknowledged", *buttons(duty.id, TO_HEAD[1:]), **told(turn, duty))
    else:  # answered since
        show(turn, whole)
    turn.go_on()


def buttons_of(turn: Turn, duty: Duty) -> list[Button]:
    """What is possible now for this person."""
    acts = duty.unit_id in sight_of(turn).own
    open_ = acts and duty.state not in obligations.SETTLED
    offered = [
        (acts and duty.owed and duty.acknowledged_at is None, "acknowledge", "acknowledge"),
        (acts and duty.owed, "answer", "answer_now"),
        (open_ and not duty.owed, "answer", "add"),
        (acts and duty.owed and not duty.waiting_extension, "more_time", "more_time"),
        (open_, "ask_office", "ask_office"),
    ]
    buttons = [Button(f"/{name} {duty.id}", words=words) for possible, name, words in offered if possible]
    return [*buttons, Button("/duties", words="menu_duties")]


def to_act_on(turn: Turn, argument: str) -> Whole | None:
    """The duty of a command that acts, or None after telling why not."""
    whole = own_duty(turn, argument)
    if whole is not None:
        return whole
    above = seen_duty(turn, argument)
    if above is None:
        unknown(turn)
    else:
        turn.say("obligation.look_only", Button(f"/duty {above.duty.id}", words="see_duty"), **told(turn, above.duty))
    turn.go_on()
    return None


def unknown(turn: Turn) -> None:
    """For what does not exist and for what is somebody else's: the same words. Whoever has lost the role is told so."""
    if not turn.may(DUTY):
        turn.take("duty", "")
        return
    turn.say("obligation.unknown", Button("/duties", words="menu_duties"))


def refused(turn: Turn, duty: Duty, code: str) -> None:
    """Tells why the service has not done it. Raises KeyError for a code without words: a mistake of ours."""
    turn.say("obligation.refused", Button(f"/duty {duty.id}", words="see_duty"), code=code, **told(turn, duty))


def person_of(turn: Turn) -> str:
    """Who acts. Only called where a right was found, and rights are a person's."""
    if turn.contact.person_id is None:
        raise ValueError("an account that is bound to nobody acts for no unit")
    return turn.contact.person_id


def _history(turn: Turn, whole: Whole) -> list[dict[str, Any]]:
    said = sorted(whole.history, key=lambda one: (one.at, _FIRST.get(one.kind, len(_FIRST))))
    return [
        {"kind": one.kind, "text": _for_unit(whole, one), "at": written(turn, one.at), "pieces": len(one.pieces)}
        for one in said[-SHOWN:]
    ]


def _for_unit(whole: Whole, one: Happened) -> str:
    """With a case the office accepts in words to the citizen, perhaps by name: they are not for the unit."""
    return "" if one.kind == "accepted" and whole.duty.waited_for else one.text


def why_returned(whole: Whole) -> str:
    """The office's reason, while the duty is owed again."""
    reasons = [one.text for one in whole.history if one.kind == "returned"]
    return reasons[-1] if reasons and whole.duty.owed else ""


def _extension(turn: Turn, whole: Whole) -> dict[str, Any] | None:
    """The newest request for more time."""
    if not whole.extensions:
        return None
    newest = whole.extensions[-1]
    return {
        "state": newest.state, "until": written(turn, newest.wanted_at)[:10], "reason": newest.reason,
        "late": newest.late, "word": newest.word or "",
    }  # fmt: skip


DUTY = Journey("duty", open_duty, right=Right.LOOK_AT_OBLIGATIONS)
ACKNOWLEDGE = Journey("acknowledge", open_acknowledge, right=Right.LOOK_AT_OBLIGATIONS)
VIEWS = (DUTY, ACKNOWLEDGE)
