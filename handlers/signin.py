"""Signing in on the web, from a chat that is bound: a fresh one-time link."""

from __future__ import annotations

from conversation.messages import Button
from services import signin
from services.people import Right
from services.talk import Journey, Turn


def open_signin(turn: Turn, argument: str) -> None:
    """Answers with a link that signs this person in on a page; it works once and for some minutes."""
    person_id = turn.contact.person_id or ""
    said = signin.link_for(turn.act.by(person_id), person_id, turn.tools.site)
    if said is None:
        turn.say("signin.wait", Button("/menu", words="menu"))
    else:
        turn.say(said.words, *said.buttons, **said.values)


SIGN_IN = Journey("signin", open_signin, right=Right.SIGN_IN, otherwise="link", in_menu=True)
