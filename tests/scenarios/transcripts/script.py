"""Dialogues as readable files: `> what a person says or taps`, and below it what they see then.

    @ bob                     from here on bob talks
    > /complaint              says
    > [Skip]                  taps a button of the newest message
    > {photo} {photo}         sends pictures as an album
    > {place 25.83 114.93}    sends a location
    您要反映哪个单位？  (1 / 8)   the message, without its empty lines
    [市发改委] [市供电局]       its buttons, row by row
    --                        between two messages of one turn
    ! asks 几号窗口？           the office asks about the newest case
    ! declines 此事正在诉讼中   the office declines it, its head upholds that
    ! days 8                  days pass, and what waits for nobody any more goes on

Receipt codes are masked as <code>; said, <code> is the newest that was shown, <link> a supervisor's one-time code,
<head> a unit head's (two obligations are handed over before), and <case> the newest case's id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

RECEIPT = re.compile(r"\b[0-9A-HJ-NP-TV-Z]{4}(?:-[0-9A-HJ-NP-TV-Z]{4}){3}\b")
EXAMPLE = "K7QF-2M9D-X4TP-8RWC"  # stands in the help of a question
PLACE = re.compile(r"\{place (\S+) (\S+)\}")


@dataclass(frozen=True)
class Seen:
    """A message as it is on any channel: lines that are not empty, and the labels row by row."""

    lines: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def labels(self) -> list[str]:
        return [label for row in self.rows for label in row]

    def written(self) -> list[str]:
        return [*self.lines, *(" ".join(f"[{label}]" for label in row) for row in self.rows)]


@dataclass
class Step:
    """One thing that somebody says, and the messages that answer it as they stand in the file."""

    person: str
    said: str
    answers: list[list[str]] = field(default_factory=lambda: [[]])
    meanwhile: list[str] = field(default_factory=list)  # what happened before it


def seen(text: str, rows: object = ()) -> Seen:
    """`rows` are rows of labels."""
    lines = tuple(line.strip() for line in masked(text).splitlines() if line.strip())
    return Seen(lines, tuple(tuple(row) for row in rows))  # pyright: ignore[reportGeneralTypeIssues]


def masked(text: str) -> str:
    return RECEIPT.sub(lambda found: found[0] if found[0] == EXAMPLE else "<code>", text)


def shown_code(text: str) -> str | None:
    """The receipt code in a message."""
    return next((code for code in RECEIPT.findall(text) if code != EXAMPLE), None)


def parse(script: str) -> list[Step]:
    steps: list[Step] = []
    person, meanwhile = "citizen", list[str]()
    for line in script.splitlines():
        if line.startswith("@ "):
            person = line[2:].strip()
        elif line.startswith("! "):
            meanwhile.append(line[2:].strip())
        elif line.startswith("> "):
            steps.append(Step(person, line[2:].strip(), meanwhile=meanwhile))
            meanwhile = []
        elif line == "--":
            steps[-1].answers.append([])
        elif line.strip() and not line.startswith("#"):
            steps[-1].answers[-1].append(line.strip())
    return steps


def filled(said: str, values: Mapping[str, str]) -> str:
    """What is really said: with the codes that this run has made."""
    return re.sub(r"<(\w+)>", lambda found: values[found[1]], said)
