"""The items of a case (C22): none is lost, and no path closes a case while one has no answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.build import Program
from services import cases, desk, obligations
from services.cases import ItemState, State
from services.foundation.refusal import Refusal
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import CLERK, UNIT, Office, complaint, decide, refused, report
from tests.services.cases.test_life import DOINGS as OF_ANY_CASE
from tests.services.cases.test_life import Walk, contact_of

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASKED = ("窗口中午不要关门", "退还多收的二十元", "公示收费标准")


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday
    made.bind("head", "head")
    return made


def split(office: Office, case_id: str, *texts: str) -> None:
    """Adds items to those that are there."""
    known = {one.id: one.text for one in report(office, case_id).items}
    decide(office, cases.split, case_id, known | {f"new_{n}": text for n, text in enumerate(texts)})


def items(office: Office, case_id: str) -> dict[int, cases.CaseItem]:
    return {one.position: one for one in report(office, case_id).items}


def states(office: Office, case_id: str) -> list[str]:
    return [one.state.value for one in report(office, case_id).items]


def handed(office: Office, case_id: str, position: int, **values: Any) -> str:
    given = {"unit_id": UNIT, "kind": "complaint", "asked": "请核实并答复", "due": None, "working_days": 5} | values
    seen, item = report(office, case_id).seen, items(office, case_id)[position]
    return office.office(desk.hand_item, office.program.tools.kinds, item.id, subject_id=case_id, seen=seen, **given)


def answer(office: Office, case_id: str, position: int, text: str, **more: Any) -> Any:
    item = items(office, case_id)[position]
    return decide(office, partial(cases.answer_item, **more), case_id, item.id, text)


def shown(office: Office, case_id: str) -> list[tuple[int, str, str | None]]:
    """The items as the citizen reads them."""
    case = next(iter(office.do(cases.own, contact_of(office).id)))
    assert case.id == case_id
    told = office.do(cases.told, case, None)["items"]
    assert all(set(one) == {"position", "text", "state", "answer", "given"} for one in told), (
        "no unit, nothing that one was asked"
    )
    return [(one["position"], one["state"], one["answer"]) for one in told]


def told(office: Office) -> list[Any]:
    """What the citizen was told since the last call."""
    return [one for one in office.told() if one.to == "citizen"]


def test_each_item_gets_its_own_answer_and_the_case_ends_with_all_of_them(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED)
    decide(office, desk.accept, case.id, "")
    assert states(office, case.id) == ["open"] * 3
    first, second = handed(office, case.id, 1), handed(office, case.id, 2)
    office.answer(first, "窗口中午有人了")
    assert states(office, case.id) == ["unit_answered", "with_unit", "open"]
    assert refused(answer, office, case.id, 2, "已退") == "decided"  # a unit has it
    told(office)
    assert answer(office, case.id, 3, "已在大厅公示", telling=True)
    [interim] = told(office)
    assert (interim.words, interim.values["left"]) == ("status.answered_item", 2)
    assert interim.values["item"]["answer"] == "已在大厅公示"
    office.decide(obligations.accept_answer, first, "中午有人值守", True)
    assert states(office, case.id) == ["answered", "with_unit", "answered"]
    assert report(office, case.id).state == State.HANDED
    office.answer(second)
    office.decide(obligations.accept_answer, second, "二十元已退", True)
    assert report(office, case.id).state == State.ACCEPTED  # all are answered, and the office closes it
    assert told(office) == []
    decide(office, desk.answer, case.id, "谢谢您的监督。")
    [closed] = told(office)
    assert (closed.words, closed.values["text"]) == ("status.closed", "谢谢您的监督。")
    wanted = [(1, "answered", "中午有人值守"), (2, "answered", "二十元已退"), (3, "answered", "已在大厅公示")]
    assert [(one["position"], one["state"], one["answer"]) for one in closed.values["items"]] == wanted
    assert shown(office, case.id) == wanted
    assert is_whole(office.program)


def test_the_last_answer_of_a_unit_closes_no_case_of_which_an_item_is_open(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED[:2])
    seen = report(office, case.id).seen
    whole = office.hand_over(working_days=5, kind="complaint", subject_id=case.id, seen=seen)
    item = handed(office, case.id, 1)
    for one in (item, whole):
        office.answer(one)
    assert refused(office.decide, obligations.accept_answer, item, "", True) == "text_wanted"
    assert refused(office.decide, obligations.accept_answer, item, "好" * 1001, True) == "answer_too_long"
    assert (
        refused(office.decide, obligations.accept_answer, item, "已办", False) == "changed"
    )  # the page told otherwise
    office.decide(obligations.accept_answer, item, "已办", True)
    told(office)
    office.decide(obligations.accept_answer, whole, "", False)  # the last one: its word is for the unit
    assert (report(office, case.id).state, told(office)) == (State.ACCEPTED, [])
    with pytest.raises(Refusal) as caught:
        decide(office, desk.answer, case.id, "已经办好")
    assert (caught.value.code, caught.value.field) == ("items_open", "text")
    assert caught.value.values["numbers"] == [f"{case.number}-2"]
    answer(office, case.id, 2, "二十元已退")
    decide(office, desk.answer, case.id, "已经办好")
    assert report(office, case.id).state == State.CLOSED


def test_with_all_items_answered_the_last_answer_about_the_whole_case_closes_it(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED[:2])
    seen = report(office, case.id).seen
    whole = office.hand_over(working_days=5, kind="complaint", subject_id=case.id, seen=seen)
    for position in (1, 2):
        answer(office, case.id, position, "已办")
    office.answer(whole)
    told(office)
    office.decide(obligations.accept_answer, whole, "以上，谢谢。", True)
    [closed] = told(office)
    assert (closed.words, len(closed.values["items"])) == ("status.closed", 2)


def test_items_are_changed_and_taken_back_until_something_hangs_on_them(office: Office) -> None:
    case = complaint(office)
    for texts, code in (
        ((ASKED[0],), "items_few"),
        ((), "items_few"),
        (ASKED * 7, "items_many"),
        (("好", ASKED[0]), "item_short"),
        (("好" * 301, ASKED[0]), "item_too_long"),
    ):
        assert refused(split, office, case.id, *texts) == code
    split(office, case.id, *ASKED)
    seen = report(office, case.id).seen
    one, two, three = (items(office, case.id)[n] for n in (1, 2, 3))
    decide(office, cases.split, case.id, {one.id: one.text, two.id: " ", three.id: "公示标准", "new_1": "道歉"})
    assert [(n, item.text) for n, item in items(office, case.id).items()] == [
        (1, one.text),
        (2, "公示标准"),
        (3, "道歉"),
    ]
    assert refused(office.office, cases.split, case.id, seen, {}) == "changed"  # another clerk was quicker
    decide(office, desk.accept, case.id, "")
    answer(office, case.id, 2, "已公示")
    left = items(office, case.id)
    decide(office, cases.split, case.id, {left[1].id: "", left[2].id: "另写", left[3].id: left[3].text})
    now = items(office, case.id)
    assert [(n, item.text) for n, item in now.items()] == [
        (2, "公示标准"),
        (3, "道歉"),
    ]  # what was answered keeps its number
    assert refused(decide, office, cases.split, case.id, {now[3].id: ""}) == "items_few"
    assert is_whole(office.program)


def test_taken_back_as_a_whole_the_case_is_as_it_was(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED)
    decide(office, cases.split, case.id, {one.id: "" for one in items(office, case.id).values()})
    assert (items(office, case.id), rows(office.program, "items")) == ({}, [])
    decide(office, desk.accept, case.id, "")
    decide(office, desk.answer, case.id, "已经办好")
    assert "items" not in told(office)[-1].values
    assert is_whole(office.program)


def test_what_ended_otherwise_keeps_its_items_and_reopened_they_go_on(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED[:2])
    decide(office, desk.accept, case.id, "")
    answer(office, case.id, 1, "中午有人值守")
    owed = handed(office, case.id, 2)
    office.do(cases.withdraw, contact_of(office), case.id)
    assert states(office, case.id) == ["answered", "ended"]
    assert refused(answer, office, case.id, 1, "另一个答复") == "decided"
    assert refused(split, office, case.id, *ASKED) == "decided"
    office.answer(owed)
    office.decide(obligations.accept_answer, owed, "")  # nobody waits: the word is the unit's
    decide(office, desk.reopen, case.id, "有新的情况")
    assert states(office, case.id) == ["answered", "open"]
    again = handed(office, case.id, 1)
    assert shown(office, case.id)[0] == (1, "with_unit", "中午有人值守")  # the old answer stays until there is another
    office.answer(again)
    office.decide(obligations.accept_answer, again, "早晚也有人值守", True)
    answer(office, case.id, 2, "二十元已退")
    decide(office, desk.answer, case.id, "已经办好")
    said = [one.text for one in report(office, case.id).said if one.item == 1 and one.text]
    assert said == ["中午有人值守", "早晚也有人值守"]
    assert is_whole(office.program)


@ON_SQLITE
def test_what_a_unit_gave_back_or_was_excused_from_is_open_again(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED[:2])
    owed = handed(office, case.id, 1)
    assert refused(handed, office, case.id, 1) == "decided"  # one unit at a time
    office.decide(obligations.excuse, owed, "不归该单位管")
    assert states(office, case.id) == ["open", "open"]
    assert handed(office, case.id, 1) != owed


@ON_SQLITE
def test_the_same_form_again_hands_over_once(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED[:2])
    decide(office, desk.accept, case.id, "")
    seen, item = report(office, case.id).seen, items(office, case.id)[1]
    given: dict[str, Any] = {"unit_id": UNIT, "kind": "complaint", "asked": "请核实", "due": None, "working_days": 5}
    given |= {"subject_id": case.id, "seen": seen, "number": "0" * 20}
    kinds = office.program.tools.kinds
    made = {office.office(desk.hand_item, kinds, item.id, **given) for _ in range(2)}
    assert len(made) == 1
    assert len([row for row in rows(office.program, "obligations") if row["unit_id"]]) == 1


@ON_SQLITE
def test_a_word_to_an_item_is_told_once_and_anew_when_it_changes(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED[:2])
    assert refused(answer, office, case.id, 1, "已办") == "decided"  # nobody has said that it is accepted
    decide(office, desk.accept, case.id, "")
    unanswered = items(office, case.id)[1].id
    assert refused(decide, office, cases.tell_item, case.id, unanswered) == "decided"
    answer(office, case.id, 1, "已办")
    told(office)
    decide(office, cases.tell_item, case.id, items(office, case.id)[1].id)
    assert refused(decide, office, cases.tell_item, case.id, items(office, case.id)[1].id) == "decided"
    answer(office, case.id, 1, "已办好", telling=True)
    assert [one.values["item"]["answer"] for one in told(office)] == ["已办", "已办好"]
    assert refused(decide, office, cases.answer_item, case.id, "0" * 20, "已办") == "changed"


@ON_SQLITE
def test_what_is_answered_item_by_item_is_merged_with_nothing_and_what_is_merged_is_not_split(office: Office) -> None:
    case, other, third = complaint(office), complaint(office), complaint(office)
    split(office, case.id, *ASKED[:2])
    for way in ("under", "over"):
        for one, with_it in ((case, other), (other, case)):
            assert refused(decide, office, desk.merge, one.id, with_it.number, way) == "merged_items"
    decide(office, desk.merge, other.id, third.number, "under")
    for one in (other, third):
        assert refused(split, office, one.id, *ASKED[:2]) == "items_merged"


def test_the_export_counts_items_and_those_that_are_answered(office: Office) -> None:
    case, plain = complaint(office), complaint(office)
    split(office, case.id, *ASKED)
    decide(office, desk.accept, case.id, "")
    answer(office, case.id, 2, "已办")
    found = dict(office.program.database.look(lambda tx: list(cases.leaving(tx))))
    counted = {one: (row["items"], row["items_answered"]) for one, row in found.items()}
    assert counted == {case.id: (3, 1), plain.id: (None, None)}


def test_items_and_answers_are_found_and_given_up_with_the_words(office: Office) -> None:
    case = complaint(office)
    split(office, case.id, *ASKED)
    search = desk.Search(office.program.acts)

    def found(words: str) -> tuple[str, ...]:
        looked = search.look(office.program.acts.by(CLERK), desk.Filters(words=words)).found
        return tuple(looked.ids) if looked else ()

    assert found("公示收费标准") == (case.id,)
    decide(office, desk.accept, case.id, "")
    answer(office, case.id, 3, "已经张贴上墙")
    assert found("张贴上墙") == (case.id,)
    split(office, case.id, "另一件小事情")
    assert found("另一件小事情") == (case.id,)
    answer(office, case.id, 1, "已办")
    answer(office, case.id, 2, "已办")
    answer(office, case.id, 4, "已办")
    decide(office, desk.answer, case.id, "以上")
    office.clock.passes(days=900)
    assert office.do(cases.forget_words, 365)[0] == 1
    assert {row["text"] for row in rows(office.program, "items")} == {"—"}
    assert {row["sought"] for row in rows(office.program, "items")} == {None}
    assert {one.answer for one in items(office, case.id).values()} == {"—"}
    assert is_whole(office.program)


# --- any walk through it ----------------------------------------------------------------------------------------------


@dataclass
class ItemWalk(Walk):
    """A case with two items, and whatever anybody does with it."""

    def hand_one(self) -> None:
        self.owed.append(handed(self.office, self.case.id, 1))

    def hand_two(self) -> None:
        self.owed.append(handed(self.office, self.case.id, 2))

    def answer_one(self) -> None:
        answer(self.office, self.case.id, 1, "第一项已办")

    def answer_two(self) -> None:
        answer(self.office, self.case.id, 2, "第二项已办")

    def add_item(self) -> None:
        split(self.office, self.case.id, "再加一项")

    def take_items_away(self) -> None:
        decide(self.office, cases.split, self.case.id, {})

    def given(self) -> set[str]:
        """The answers to items that there are, once everything fits together."""
        now = report(self.office, self.case.id)
        if now.state == State.CLOSED:
            assert all(one.answer for one in now.items), "closed while an item has no answer"
        assert all(one.answer for one in now.items if one.state is ItemState.ANSWERED)
        owed = {row["id"] for row in rows(self.office.program, "obligations") if row["settled_at"] is None}
        for one in now.items:
            assert one.is_with_unit == (one.obligation_id in owed and now.state not in cases.ENDS)
        return {str(row["id"]) for row in rows(self.office.program, "entries") if row["kind"] == "item_answer"}


DOINGS = (*OF_ANY_CASE, *(name for name in vars(ItemWalk) if not name.startswith("_") and name != "given"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(doings=["accept", "answer_one", "close", "answer_two", "close", "reopen", "hand_one", "close"])
@example(doings=["hand_one", "hand", "unit_answers", "accept_answer", "unit_answers", "accept_answer", "close"])
@example(doings=["hand_one", "withdraw", "unit_answers", "accept_answer", "reopen", "close", "answer_one"])
@example(doings=["answer_one", "accept", "answer_one", "take_items_away", "answer_two", "hand", "unit_answers"])
@given(doings=st.lists(st.sampled_from(DOINGS), max_size=14))
def test_no_walk_closes_a_case_with_an_open_item_or_loses_an_answer(office: Office, doings: list[str]) -> None:
    walk, answers = ItemWalk(replace(office), complaint(office), complaint(office)), set[str]()
    split(office, walk.case.id, *ASKED[:2])
    for doing in doings:
        with suppress(Refusal, KeyError):
            getattr(walk, doing)()
        walk.check()
        assert answers <= walk.given(), "an answer is lost"
        answers = walk.given()
    assert is_whole(office.program)
