"""Binds a chat account to a person by the one-time code that the office has given them, and tells how that is done."""

from __future__ import annotations

from datetime import timedelta

from conversation.messages import Button
from services import people, signin
from services.foundation import audit
from services.foundation.codes import code_in
from services.talk import Journey, Turn

SURE = " yes"  # behind the code of a link: the person has been asked and agrees
SIGN_IN = "signin"  # the journey of those who are bound already
TRIES = signin.Pace("code_in_chat", 20, timedelta(seconds=30))  # of codes of every kind, from one chat account


def open_link(turn: Turn, argument: str) -> None:
    """Opens `/link <code>`, or `/link` alone, which tells what to send."""
    code = code_in(argument.removesuffix(SURE))
    if not code:
        turn.say("menu.how_to_bind", Button("/menu", words="menu"), roles=sorted({one.role for one in turn.grants}))
        turn.go_on()
    elif not may_try(turn):
        wait(turn)
    elif not bind(turn, code, sure=argument.endswith(SURE)):
        turn.say("menu.bad_code", Button("/link", words="how_to_bind"))


def may_try(turn: Turn) -> bool:
    """Counts a try of a code, however it was sent; False where this account has tried too many."""
    return not signin.take(turn.act, [signin.Counted(TRIES, turn.contact.id)])


def wait(turn: Turn) -> None:
    turn.say("code.wait", Button("/menu", words="menu"))


def bind(turn: Turn, code: str, *, sure: bool = False) -> bool:
    """Binds this chat account to the code's person and spends the code; False where it is none that is still good.

    It asks first where somebody else with a role would lose the account by it: they would be reached there no longer.
    """
    if not sure and _takes_away(turn, code):
        lost = [{"role": one.role, "unit": turn.directory.name(one.unit_id) or ""} for one in turn.grants]
        no, yes = Button("/menu", words="keep_account"), Button(f"/link {code}{SURE}", words="rebind")
        turn.ask_sure("menu.rebind", no, yes, lost=lost)
        return True
    person_id = people.use_link(turn.act, code, turn.contact.channel)
    if person_id is None:
        return False
    if turn.grants and turn.contact.person_id != person_id:
        audit.append(turn.act.by(person_id), "account_taken", turn.contact.person_id or "")
    turn.bind(person_id)
    people.take_over(turn.act.by(person_id), person_id)
    turn.tools.journeys["menu"].opens(turn, "bound")
    return True


def _takes_away(turn: Turn, code: str) -> bool:
    """Whether binding would take the account from somebody else who holds a role."""
    link = people.peek_link(turn.act, code)
    return link is not None and link.person_id != turn.contact.person_id and bool(turn.grants)


LINK = Journey("link", open_link)
