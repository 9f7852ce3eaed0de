"""A volunteer supervisor's spot check (S01, S07-S10, S13): five blocks, several ticks a screen, remarks and photos."""

from __future__ import annotations

from conversation.amounts import MINUTES
from conversation.engine import Flow
from conversation.messages import Answers, Button
from conversation.questions import Choice, Evidence, Moment, Number, Place, Text, Ticks
from handlers.answers import has_windows, pieces
from services import inspections
from services.people import Right
from services.talk import Journey, Turn

ORDER = ("messy", "noisy", "unattended", "no_badge", "late_opening")
GAMES = ("games", "cards", "chatting", "stocks", "video", "shopping")
SYSTEMS = ("first_asked", "time_limit", "told_at_once", "deputy", "accountability", "not_on_wall", "no_minutes")
DIFFICULTIES = ("door", "face", "words", "errand", "bribe")
SERVICE = ("cold", "pushed_away", "slow", "wrong_answer", "good")
BLOCKS = {"order": ORDER, "games": GAMES, "systems": SYSTEMS, "difficulties": DIFFICULTIES, "service": SERVICE}

METHODS = ("patrol", "shadow", "simulate")

VISIT = Flow(
    "visit",
    [
        Choice(key="unit", source="own_units"),
        Choice(key="window", source="windows", when=has_windows, optional=True),
        Choice(key="method", values=METHODS),
        Moment(key="happened", assumed="_began"),
        *(Ticks(key=block, values=values) for block, values in BLOCKS.items()),
        Evidence(key="evidence", optional=True),
        Number(key="waited", most=600, unit=MINUTES, optional=True),
        Place(key="place", optional=True),
        Text(key="note", longest=2_000, optional=True, story=True),
    ],
)


def open_visit(turn: Turn, argument: str) -> None:
    """Opens `/visit`, or `/visit patrol` for one more with the method of the last."""
    known = {"method": argument} if argument in METHODS else {}
    turn.start("visit", {"_began": turn.now.isoformat(timespec="seconds"), **known})


def submit(turn: Turn, answers: Answers) -> bool:
    number = inspections.file_visit(
        turn.act,
        turn.contact,
        inspections.Visit(
            unit_id=answers.get("window") or answers["unit"],
            method=answers["method"],
            findings={block: answers[block] for block in BLOCKS},
            waited_minutes=answers.get("waited"),
            note=answers.get("note"),
            media=pieces(answers),
            place=answers.get("place"),
            began=answers["happened"],
        ),
    )
    turn.say("visit.received", Button(f"/check {answers['method']}", words="one_more"), number=number)
    return True


def open_check(turn: Turn, argument: str) -> None:
    turn.take("visit", argument)


VISITS = Journey("visit", open_visit, VISIT, submit, right=Right.FILE_VISITS)
CHECK = Journey("check", open_check, right=Right.FILE_VISITS, in_menu=True, listed=True)
