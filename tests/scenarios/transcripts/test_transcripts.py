"""Every dialogue of this folder, replayed on every channel. Whoever changes words on purpose writes the files anew:

`MINGCHA_REWRITE_TRANSCRIPTS=1 python -m pytest tests/scenarios/transcripts -k "the_dialogue and sqlite"`, reads the
difference.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.build import Program
from channels.webchat import connection
from services import cases, desk, obligations
from services.foundation.act import Act
from services.people import Grant, Role, add_person, issue_link
from tests.conftest import DATABASES, Clock, rows
from tests.scenarios.transcripts.drivers import WIRES, Person, gesture
from tests.scenarios.transcripts.script import filled, parse, shown_code

FOLDER = Path(__file__).parent
SCRIPTS = sorted(path.name.removesuffix(".txt") for path in FOLDER.glob("*.txt"))


@pytest.fixture(autouse=True)
def _as_fast_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay is faster than any person, and on a quick machine faster than a browser may be."""
    monkeypatch.setattr(connection, "BURST", 1_000)


@pytest.fixture
def link(program: Program) -> str:
    """A supervisor's one-time code."""
    person_id = next(str(row["person_id"]) for row in rows(program, "grants") if row["role"] == Role.SUPERVISOR)
    return program.acts.by("clerk").transact(issue_link, person_id, timedelta(days=1))


def handed_over(program: Program) -> dict[str, str]:
    """What the office has handed to 市国土局 before anybody of it comes in: <head> is its head's one-time code."""
    [head] = [
        row["person_id"] for row in rows(program, "grants") if (row["unit_id"], row["role"]) == ("gtj", Role.HEAD)
    ]
    office = program.acts.by("clerk")
    for kind, asked, days in (
        ("complaint", "请查清周二上午办证窗口为什么没有人。", 5),
        ("instruction", "请报延时服务方案。", 8),
    ):
        office.transact(
            obligations.hand_over,
            program.tools.kinds,
            unit_id="gtj",
            kind=kind,
            asked=asked,
            due=None,
            working_days=days,
        )
    return {"head": office.transact(issue_link, str(head), timedelta(days=1))}


def boxes(said: str) -> dict[str, str]:
    """The form of the items, filled in with texts between strokes."""
    return {f"new_{n}": text for n, text in enumerate(said.split(" / "), 1)}


def item_answered(act: Act, report: desk.Report, said: str) -> bool:
    """`said`: the number of the item, and its answer; told at once where that ends with an exclamation mark."""
    position, _, text = said.partition(" ")
    [item] = [one for one in report.items if one.position == int(position)]
    return cases.answer_item(act, report.id, report.seen, item.id, text, telling=text.endswith(("！", "!")))


OFFICE: Mapping[str, Callable[[Act, desk.Report, str], bool]] = {
    "accepts": lambda act, report, said: desk.accept(act, report.id, report.seen, said),
    "splits": lambda act, report, said: cases.split(act, report.id, report.seen, boxes(said)),
    "item": item_answered,
    "asks": lambda act, report, said: desk.ask(act, report.id, report.seen, said),
    "declines": lambda act, report, said: desk.decline(act, report.id, report.seen, said),
    "upholds": lambda act, report, said: desk.uphold(act, report.id, report.seen, said),
    "closes": lambda act, report, said: desk.answer(act, report.id, report.seen, said),
}


async def meanwhile(program: Program, clock: Clock, happened: str) -> None:
    """One `!` line of a script."""
    what, _, said = happened.partition(" ")
    if what in OFFICE:
        [case] = rows(program, "cases")
        report = await program.acts.read(desk.look, str(case["id"]))
        assert report is not None
        by = await program.acts.write(add_person, "某人", [Grant(Role.OFFICE_HEAD, None)])
        await program.acts.by(by).write(lambda act: OFFICE[what](act, report, said))
    elif what == "days":
        clock.passes(days=int(said))
        await program.acts.write(desk.go_on_unanswered, 10)
    else:
        raise ValueError(happened)


async def replayed(program: Program, clock: Clock, name: str, wire: str, link: str) -> None:
    path = FOLDER / f"{name}.txt"
    written, values, people = path.read_text(encoding="utf-8"), {"link": link}, dict[str, Person]()
    if "<head>" in written:
        values |= handed_over(program)
    told = [line for line in written.splitlines() if line.startswith("#")]
    rewriting = bool(os.environ.get("MINGCHA_REWRITE_TRANSCRIPTS"))
    speaker = "citizen"
    async with WIRES[wire](program, name.rpartition(".")[2]) as meet:
        for step in parse(written):
            if step.person not in people:
                people[step.person] = await meet(step.person)
            if step.person != speaker:
                told += ["", f"@ {step.person}"]
            speaker = step.person
            for happened in step.meanwhile:
                await meanwhile(program, clock, happened)
                told += ["", f"! {happened}"]
            if "<case>" in step.said:
                values["case"] = str(rows(program, "cases")[-1]["id"])
            await gesture(people[speaker], filled(step.said, values))
            heard = await people[speaker].sees(step.answers)
            values["code"] = shown_code(heard[-1][0]) or values.get("code", "")
            messages = [one.written() for _, one in heard]
            told += [
                "",
                f"> {step.said}",
                *(line for n, message in enumerate(messages) for line in ["--"] * (n > 0) + message),
            ]
            if wire == "fake" and not rewriting:
                assert messages == step.answers, step.said
    if rewriting and wire == "fake":
        path.write_text("\n".join(told) + "\n", encoding="utf-8")
    assert rows(program, "quarantine") == []


# What differs between the languages is no matter of the database: PostgreSQL hears the Chinese ones.
ON_DATABASES = [(name, kind) for name in SCRIPTS for kind in DATABASES if kind == "sqlite" or name.endswith(".zh")]


@pytest.mark.parametrize(("name", "database_url"), ON_DATABASES, indirect=["database_url"])
async def test_the_dialogue(program: Program, clock: Clock, name: str, link: str) -> None:
    await replayed(program, clock, name, "fake", link)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wire", ["telegram", "web", "sms"])
@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_same_dialogue_on_the_wire(program: Program, clock: Clock, name: str, wire: str, link: str) -> None:
    await replayed(program, clock, name, wire, link)


def test_every_dialogue_is_told_in_both_languages() -> None:
    assert SCRIPTS
    stems = [name.rpartition(".")[0] for name in SCRIPTS]
    assert all(stems.count(stem) == 2 for stem in stems)
