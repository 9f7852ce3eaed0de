"""Somebody asks to be forgotten: what says who they are goes, and what was reported stays to be dealt with."""

from __future__ import annotations

from conversation.messages import Button
from services import cases, oversight
from services.talk import Journey, Turn

SURE = "yes"  # the person has been asked and agrees


def open_forget(turn: Turn, argument: str) -> None:
    """Opens `/forget`: told what goes and what stays, and asked once more before it is done."""
    if argument.strip() == SURE:
        _forget(turn)
        return
    ended, going_on = cases.mine(turn.act, turn.contact)
    no, yes = Button("/menu", words="keep_me"), Button(f"/forget {SURE}", words="forget_me")
    turn.ask_sure("forget.sure", no, yes, ended=ended, going_on=going_on)


def _forget(turn: Turn) -> None:
    ended, going_on = cases.forget_me(turn.act, turn.contact)
    oversight.forget_read(turn.act, turn.contact.id)
    turn.discard()
    turn.turn_number += 1
    turn.say("forget.done", Button("/menu", words="menu"), ended=ended, going_on=going_on)


FORGET = Journey("forget", open_forget)
