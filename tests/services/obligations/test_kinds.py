"""A kind of obligation and its subject: what is asked of it, and when it is called back."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import services.obligations
from bot.build import Program
from models.tables import metadata
from services import obligations, people
from services.desk import KINDS
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.obligations import Kind, Kinds, Subject, UnitSight, ladders
from tests.conftest import Clock, owed
from tests.drivers.ringing import Rung, rung
from tests.drivers.told_units import CLERK, UNIT, Office

PAPER = "0" * 20


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    made.bind("head", "head")
    return made


class Papers:
    """Papers that units write: a subject of which nobody but this test knows."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.waited_for = True

    def kinds(self) -> Kinds:
        moved = {name: self._moved(name) for name in ("answered", "returned", "excused", "settled")}
        about: dict[str, Any] = {"named": self._named, "sight": self._sight, "guard": self._guard}
        ends: dict[str, Any] = {"waits": lambda act, subject_id: self.waited_for, "concluded": self._concluded}
        return {"instruction": Kind("instruction", handed=self._handed, **about, **ends, **moved)}

    def _named(self, act: Act, subject_ids: Collection[str]) -> Mapping[str, Subject]:
        return {one: Subject(one, "第七号文", self.waited_for) for one in subject_ids}

    def _sight(self, act: Act, subject_id: str | None, unit: str, asked: str) -> UnitSight:
        return UnitSight(unit, (), asked, None)

    def _guard(self, act: Act, subject_id: str | None, text: str) -> None:
        if "机密" in text:
            raise Refusal("their_words")

    def _handed(self, act: Act, subject_id: str | None, seen: str) -> None:
        self.heard.append(("handed", act.actor, subject_id, seen))
        act.ring([("fake", "writer")])

    def _concluded(self, act: Act, subject_id: str, word: str, pieces: Sequence[str]) -> bool:
        self.heard.append(("concluded", act.actor, subject_id, word))
        act.ring([("fake", "writer")])
        return True

    def _moved(self, name: str) -> Any:
        def hears(act: Act, obligation: Any) -> None:
            self.heard.append((name, act.actor, obligation.subject_id, obligation.state))
            act.ring([("fake", name)])

        return hears


class Desk:
    """The office and a head who know these kinds."""

    def __init__(self, office: Office, kinds: Kinds) -> None:
        self._office, self._kinds = office, kinds

    def hand_over(self, **values: Any) -> tuple[str, Rung]:
        """The id, and for whom was rung."""
        given = {"unit_id": UNIT, "kind": "instruction", "asked": "请报送", "due": None, "working_days": 5} | values

        def handed(act: Act) -> tuple[str, Rung]:
            return obligations.hand_over(act, self._kinds, **given), act.rung

        return self._office.office(handed)

    def look(self, obligation: str) -> obligations.Dossier:
        found = self._office.program.acts.look(obligations.look, self._kinds, obligation)
        assert found is not None
        return found

    def decide(self, decision: Any, obligation: str, *args: Any) -> Rung:
        return self._rung(decision, obligation, self.look(obligation).seen, *args)

    def answer(self, obligation: str) -> Rung:
        contact = self._office.do(people.lock_contacts, {"k": ("fake", "head", "zh")})["k"]
        return self._rung(obligations.answer, contact, obligation, "已报送", ())

    def _rung(self, work: Any, *args: Any) -> Rung:
        self._office.clock.passes(microseconds=1)
        return rung(self._office.program.acts.by(CLERK), work, self._kinds, *args)


def test_every_ladder_is_a_kind_and_every_kind_has_a_ladder() -> None:
    assert set(KINDS) == {name for name, ladder in ladders().items() if ladder.owner == "unit"}
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in KINDS}


def test_a_subject_that_is_registered_is_called_back_all_the_way(office: Office) -> None:
    papers = Papers()
    desk = Desk(office, papers.kinds())
    obligation, ring = desk.hand_over(subject_id=PAPER, seen="draft.0")
    assert ("fake", "writer") in ring
    whole = desk.look(obligation)
    assert (whole.obligation.subject, whole.obligation.waited_for) == (Subject(PAPER, "第七号文", True), True)
    assert whole.sight == UnitSight("市国土局", (), "请报送", None)
    assert ("fake", "answered") in desk.answer(obligation)
    assert ("fake", "returned") in desk.decide(obligations.send_back, obligation, "缺一页")
    desk.answer(obligation)
    office.told()
    assert {("fake", "writer"), ("fake", "settled")} <= desk.decide(
        obligations.accept_answer, obligation, "很好，机密也写清了"
    )
    assert [one.values["text"] for one in office.told()] == [""]  # the word is for whoever waits, and is not guarded
    assert papers.heard == [
        ("handed", CLERK, PAPER, "draft.0"),
        ("answered", CLERK, PAPER, "answered"),
        ("returned", CLERK, PAPER, "returned"),
        ("answered", CLERK, PAPER, "answered"),
        ("concluded", CLERK, PAPER, "很好，机密也写清了"),
        ("settled", CLERK, PAPER, "accepted"),
    ]


def test_where_nobody_waits_the_word_goes_to_the_unit_and_is_guarded(office: Office) -> None:
    papers = Papers()
    papers.waited_for = False
    desk = Desk(office, papers.kinds())
    with pytest.raises(Refusal, match="their_words"):
        desk.hand_over(subject_id=PAPER, asked="请看机密附件")
    obligation, _ = desk.hand_over(subject_id=PAPER)
    desk.answer(obligation)
    office.told()
    with pytest.raises(Refusal, match="their_words"):
        desk.decide(obligations.accept_answer, obligation, "机密")
    desk.decide(obligations.accept_answer, obligation, "很好")
    assert [one.values["text"] for one in office.told()] == ["很好"]
    assert "concluded" not in [one[0] for one in papers.heard]


def test_of_two_about_one_subject_the_last_one_concludes_it(office: Office) -> None:
    papers = Papers()
    desk = Desk(office, papers.kinds())
    (first, _), (second, _) = desk.hand_over(subject_id=PAPER), desk.hand_over(subject_id=PAPER)
    desk.answer(first)
    desk.decide(obligations.accept_answer, first, "")
    assert "concluded" not in [one[0] for one in papers.heard]
    assert ("fake", "excused") in desk.decide(obligations.excuse, second, "不用了")
    assert [one[0] for one in papers.heard][-2:] == ["excused", "settled"]


def test_a_kind_that_says_nothing_asks_for_nothing(office: Office) -> None:
    desk = Desk(office, {"instruction": Kind("instruction", handed=lambda act, subject_id, seen: None)})
    obligation, _ = desk.hand_over(subject_id=PAPER)
    whole = desk.look(obligation)
    told = whole.obligation.subject, whole.obligation.subject_id, whole.sight, whole.obligation.waited_for
    assert told == (None, PAPER, None, False)
    desk.answer(obligation)
    desk.decide(obligations.accept_answer, obligation, "")
    assert desk.look(obligation).obligation.state == obligations.ACCEPTED


def test_a_kind_that_says_nothing_of_subjects_takes_none(office: Office) -> None:
    desk = Desk(office, {"instruction": Kind("instruction")})
    with pytest.raises(Refusal, match="kind_wanted"):
        desk.hand_over(subject_id=PAPER)
    assert owed(office.program) == []
    desk.hand_over()
    assert not Kind("instruction").takes_subject
    takes = {name: kind.takes_subject for name, kind in KINDS.items()}
    assert takes == {"complaint": True, "instruction": True, "leader": False, "proposal": False}


def test_a_kind_that_nobody_registered_is_not_handed_over(office: Office) -> None:
    with pytest.raises(Refusal, match="kind_wanted"):
        Desk(office, {}).hand_over()
    assert owed(office.program) == []


def test_no_obligation_reads_a_table_of_a_subject() -> None:
    """Imports are checked by the linter; a table is a name from `models`, which everybody may import."""
    known = {"obligations", "answer_links", "happenings", "reminders", "extensions", "entries", "evidence", "units"}
    for path in Path(services.obligations.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models.tables"):
                assert {one.name for one in node.names} & set(metadata.tables) <= known, path.name
