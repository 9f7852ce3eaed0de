"""A short report of seven questions, for whoever talks to the bare engine."""

from __future__ import annotations

from conversation.engine import Flow
from conversation.messages import Answers
from conversation.questions import Choice, Evidence, Moment, Number, Phone, Place, Text, Ticks, World
from tests.drivers.talking import Talker


def has_windows(answers: Answers, world: World) -> bool:
    return bool(world.options("windows", "", answers))


def is_named(answers: Answers, world: World) -> bool:
    return answers.get("identity") == "named"


UNIT = Choice(key="unit", source="units", extra=("unknown",))
WINDOW = Choice(key="window", source="windows", when=has_windows, optional=True)
WHAT = Text(key="what", shortest=5, longest=30)
HAPPENED = Moment(key="happened", optional=True)
EVIDENCE = Evidence(key="evidence", optional=True, largest=1_000)
IDENTITY = Choice(key="identity", values=("anonymous", "named"))
PHONE = Phone(key="phone", when=is_named)
REPORT = Flow("report", [UNIT, WINDOW, WHAT, HAPPENED, EVIDENCE, IDENTITY, PHONE])
STORY = "等了两个小时没有人理"


def reviewing(flow: Flow = REPORT) -> Talker:
    return Talker(flow).says("国土局", STORY, "昨天", "/skip", "anonymous")


def asking(
    *questions: Choice | Text | Ticks | Evidence | Moment | Phone | Number | Place, review: bool = True
) -> Talker:
    return Talker(Flow("short", questions, review))
