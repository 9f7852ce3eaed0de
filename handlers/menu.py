"""The main menu and the small commands: start, help, language, resume, discard."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from conversation.messages import Button
from handlers.binding import LINK, open_link
from handlers.obligations.sight import owed_now, sight_of
from models.tables import FETCHING
from services import obligations, units
from services.talk import Journey, Turn, close


def open_menu(turn: Turn, why: str) -> None:
    """Shows what this person may do, beginning with the conversation that is under way.

    `why`: started, cancelled, idle, dropped, stale, bound, ended, or nothing.
    """
    under_way = turn.session.flow if turn.session is not None else None
    buttons = [Button("/resume", words="resume")] * (under_way is not None)
    buttons += [Button(f"/{name}", words=f"menu_{name}") for name in _offered(turn)]
    roles = sorted({grant.role for grant in turn.grants})
    units = sorted({turn.directory.name(grant.unit_id) or "" for grant in turn.grants if grant.unit_id})
    own = sorted({turn.directory.name(unit_id) or "" for unit_id in sight_of(turn).own})
    turn.say(
        "menu.menu",
        *buttons,
        why=why or "plain",
        roles=roles,
        units=units,
        own_units=own,
        under_way=under_way,
        former=_former(turn) if why == "ended" else [],
        **_owed(turn),
    )


def _offered(turn: Turn) -> list[str]:
    """The journeys that this person may set out for from the menu."""
    return [journey.name for journey in turn.tools.journeys.values() if journey.in_menu and turn.may(journey)]


def _owed(turn: Turn) -> dict[str, Any]:
    """The values of the menu's summary: how much the person's units owe, how much is late, and the first deadline."""
    sight, owed = sight_of(turn), owed_now(turn)
    below = obligations.ObligationFilters(units=tuple(sorted(sight.seen - sight.own)))
    counts = obligations.counts(turn.act, below) if below.units else {"owed": 0, "late": 0}
    return {
        "owed": len(owed),
        "late": sum(obligation.late for obligation in owed),
        "due": owed[0].due_at.isoformat() if owed else None,
        "below": counts["owed"],
        "below_late": counts["late"],
    }


def _former(turn: Turn) -> list[dict[str, str]]:
    return [{"role": one.role, "unit": turn.directory.name(one.unit_id) or ""} for one in turn.former()]


def open_start(turn: Turn, argument: str) -> None:
    """Opens `/start` with what a link brought.

    A unit ("u-gtj"), a window to rate ("w-gtj-1"), a receipt code ("r-…") or a role's code ("k-…").
    """
    kind, _, value = argument.partition("-")
    if kind == "k" and value:
        open_link(turn, value)
    elif kind == "u" and turn.directory.get(value):
        tell_duty(turn, value)
        turn.take("complaint", value)
    elif kind == "w" and turn.directory.get(value):
        turn.take("walkin", value)
    elif kind == "r" and value:
        turn.take("status", value)
    elif turn.session is not None:
        turn.resume()
    else:
        open_menu(turn, "started")


def tell_duty(turn: Turn, unit_id: str) -> None:
    """Tells whoever scans the code of a hall who is on duty there (R27)."""
    if duty := units.on_duty(turn.act, turn.directory.line(unit_id)):
        turn.say("complaint.hall", duty=duty)


def open_help(turn: Turn, why: str) -> None:
    """Tells in words what can be said, with the menu's buttons."""
    offered = _offered(turn)
    buttons = [Button(f"/{name}", words=f"menu_{name}") for name in offered]
    further = [one.name for one in turn.tools.journeys.values() if one.right and one.listed and turn.may(one)]
    said = list(dict.fromkeys((*offered, *further)))
    turn.say("menu.help", *buttons, why="unknown" if why == "unknown" else "asked", offered=said)
    turn.go_on()


def open_language(turn: Turn, language: str) -> None:
    spoken = turn.tools.phrases
    if language not in spoken:
        turn.say("menu.language", *[Button(f"/language {code}", label=own.name) for code, own in spoken.items()])
        return
    turn.speak(language)
    if turn.session is not None:
        turn.resume()
    else:
        open_menu(turn, "spoken")


def open_cancel(turn: Turn, argument: str) -> None:
    """Answers `/cancel` where nothing is under way; otherwise it is a button of the conversation."""
    open_menu(turn, "idle")


def open_office(turn: Turn, argument: str) -> None:
    """Tells the office's telephone, address and hours, which of them are not known here, and what can be done here."""
    here = Button("/complain", words="menu_complain"), Button("/question", words="menu_question")
    turn.say("common.office", *here, office=asdict(turn.tools.office))
    turn.go_on()


def open_resume(turn: Turn, argument: str) -> None:
    turn.resume()


def open_discard(turn: Turn, argument: str) -> None:
    """Gives up the conversation of a turn, and sets out for something else: `/discard 12 /complaint gtj`.

    Where the conversation has gone on since, or is another one, nothing is given up: it is asked anew.
    """
    number, _, further = argument.partition(" ")
    name, _, rest = further.removeprefix("/").partition(" ")
    name = name if name in turn.tools.journeys and name != "discard" else ""
    had = turn.session is not None
    if turn.session is not None and number == str(turn.session.turn):
        turn.discard()
    elif turn.session is not None and not name:
        turn.resume()
        return
    if name:
        turn.take(name, rest)
    else:
        open_menu(turn, "cancelled" if had else "idle")


def open_anew(turn: Turn, sure: str) -> None:
    """Ends the conversation in every browser once that is sure; elsewhere than in the web chat nobody else has it.

    The page of the browser in which it began goes on by itself in a new one (`services.talk.move`).
    """
    if turn.contact.channel != FETCHING:
        open_help(turn, "unknown")
    elif sure == "sure":
        turn.discard()
        close(turn.act, turn.contact.channel, turn.contact.id)
    else:
        no, yes = Button("/resume", words="keep_conversation"), Button("/anew sure", words="anew")
        turn.ask_sure("common.sure_anew", no, yes)


MENU = (
    Journey("start", open_start, listed=True),
    Journey("menu", open_menu),
    LINK,
    Journey("help", open_help, listed=True),
    Journey("office", open_office),
    Journey("language", open_language, in_menu=True, listed=True),
    Journey("cancel", open_cancel, listed=True),
    Journey("resume", open_resume),
    Journey("discard", open_discard),
    Journey("anew", open_anew),
)
