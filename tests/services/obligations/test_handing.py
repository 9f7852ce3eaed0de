"""What may be handed over, until when, and in which words, on both databases."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from services import cases, obligations, people
from services.desk import KINDS
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from tests.conftest import owed
from tests.drivers.told_units import UNIT, Office, complaint, refused


def test_a_date_that_is_too_far_is_refused_by_one_limit(office: Office) -> None:
    """Wherever a date is named: at the hand-over, when an answer is sent back, when a unit asks for time."""
    assert refused(office.hand_over, "2029-01-01") == "due_far"
    assert refused(office.hand_over, "9999-12-31") == "due_far"
    assert refused(office.hand_over, working_days=481) == "due_wanted"
    obligation = office.hand_over("2028-12-31")
    assert office.look(obligation).obligation.due_at.date() == date(2028, 12, 31)
    asked = office.hand_over("2026-12-04")
    assert refused(office.act, obligations.request_time, asked, date(2029, 1, 1), "还要等批复") == "due_wanted"
    office.answer(obligation)
    assert refused(office.decide, obligations.send_back, obligation, "请附材料", date(2029, 1, 1)) == "due_far"


def test_nobody_is_given_away_in_the_offices_own_words(office: Office) -> None:
    """A47: neither by a sentence of the complaint, however it was pasted, nor by a number; the rest is the office's."""
    what = "上周二上午十点半，我带着孩子到三号窗口，等了两个小时没人理"
    citizen = people.address_hash(office.program.vault, "fake", "citizen")
    account = office.do(people.lock_contacts, {citizen: ("fake", "citizen", "zh")})[citizen]
    filed = cases.Complaint(UNIT, "slow", what, name="王芳", phone="0551-62345678")
    case = office.do(cases.file_complaint, account, filed)[0]
    office.do(cases.add, account, case.id, "那天排在我前面的是一位拄拐杖的老人，他也没有办成", ())

    def asked(text: str) -> str:
        given = {"kind": "complaint", "subject_id": case.id, "asked": text}
        return refused(office.hand_over, working_days=5, **given)

    for text in (
        what,
        f"请核实：{what}。",
        what.replace("，", " ，\n"),
        what.replace("，", "、"),
        f"{what[:10]}……{what[9:29]}",
        "据反映排在我前面的是一位拄拐杖的老人，他也没有办成",
    ):
        assert asked(text) == "their_words", text
    for text in ("请回电 13800138000", "请回电138-0013-8000", "请回电+86 13800138000", "电话 0551 6234 5678"):
        assert asked(text) == "their_number", text
    assert owed(office.program) == []
    obligation = office.hand_over(
        working_days=5, kind="complaint", subject_id=case.id, asked=f"{case.number} 反映窗口等了两个小时没人理，请核实"
    )
    for decision in (obligations.reply_unit, obligations.excuse):
        assert refused(office.decide, decision, obligation, what) == "their_words"
    office.answer(obligation)
    assert refused(office.decide, obligations.send_back, obligation, what) == "their_words"
    office.act(obligations.request_time, office.hand_over(working_days=3), date(2026, 12, 11), "还要等批复")
    office.hand_over(working_days=5, asked="请联系市长办公室，电话 13800138000")  # about no report: the office's own


@pytest.mark.parametrize(
    ("what", "text", "code"),
    [
        ("窗口让我先交五百元", "窗口让我先交五百元", "their_words"),
        ("窗口让我先交五百元", "请核实“窗口，让我先交 五百元。”并说明", "their_words"),
        ("窗口让我先交五百元。", "据反映窗口让我先交五百元，请核实", "their_words"),
        ("要我请客吃饭", "请核实：要我请客吃饭", "their_words"),
        ("They wanted 500 yuan first", "Please check: they wanted 500 yuan first.", "their_words"),
        ("窗口让我先交五百元", "请核实窗口收费五百元一事", ""),
        ("办事拖拉", "请核实办事拖拉的问题", ""),
        ("市国土局办证窗口办事拖拉", "请核实市国土局办证窗口办事拖拉的问题", ""),
        ("窗口工作人员态度不好", "请核实窗口工作人员态度不好一事", ""),
        ("脱岗、上班玩游戏", "请整改脱岗、上班玩游戏的问题", ""),
        ("Too slow", "Please say why it is too slow", ""),
        ("……", "请核实……", ""),
    ],
)
def test_a_short_report_is_not_repeated_as_a_whole(office: Office, what: str, text: str, code: str) -> None:
    """A47: whoever wrote one short sentence is found out by it too; units and kinds of trouble are nobody's words."""
    case = complaint(office, what)
    given = {"working_days": 5, "kind": "complaint", "subject_id": case.id, "asked": text}
    assert (refused(office.hand_over, **given) if code else office.hand_over(**given) and "") == code


async def test_of_the_same_twice_at_the_same_instant_one_is_asked_about(office: Office) -> None:
    """Two forms, two clerks: whoever comes second is told of the first, and can still mean it."""
    acts, kinds = office.program.acts.at(office.program.clock()), office.program.tools.kinds
    given = {"unit_id": "jtj", "kind": "instruction", "due": None, "working_days": 5}  # its head has no account

    async def hand(clerk: str, text: str, again: str = "") -> str | Refusal:
        form = given | {"asked": text, "number": new_id(), "again": again}
        try:
            return await acts.by(clerk).write(obligations.hand_over, kinds, **form)
        except Refusal as error:
            return error

    texts = ("请报送整改情况。", "请报送 整改情况", "請報送整改情況", "请报送整改情况")
    told = await asyncio.gather(*(hand(f"clerk-{n}", text) for n, text in enumerate(texts)))
    [made] = [one for one in told if isinstance(one, str)]
    asked = [(one.code, one.values["id"]) for one in told if isinstance(one, Refusal)]
    assert asked == [("handed_already", made)] * 3
    [first] = owed(office.program)
    assert isinstance(await hand("clerk-1", texts[0], str(first["number"])), str)
    for obligation in [str(one["id"]) for one in owed(office.program)]:
        office.decide(obligations.excuse, obligation, "不用报了")
    assert isinstance(await hand("clerk-1", texts[0]), str), "what is settled is no longer the same"


def test_what_is_refused(office: Office) -> None:
    assert refused(office.hand_over, "2026-11-22") == "due_past"
    assert refused(office.hand_over, working_days=0) == "due_wanted"
    assert refused(office.hand_over) == "due_wanted"
    assert refused(office.hand_over, working_days=3, asked=" ") == "text_wanted"
    assert refused(office.hand_over, working_days=3, asked="长" * 3001) == "text_too_long"
    assert refused(office.hand_over, working_days=3, unit_id="nowhere") == "unit_wanted"
    assert refused(office.hand_over, working_days=3, unit_id="gtj-1") == "unit_without_head"
    assert refused(office.hand_over, working_days=3, kind="none") == "kind_wanted"
    case = complaint(office)
    assert refused(office.hand_over, working_days=3, subject_id=case.id, seen="accepted.4") == "changed"
    assert refused(office.hand_over, working_days=3, subject_id="none") == "gone"
    assert owed(office.program) == []
    obligation = office.hand_over(working_days=3)
    assert refused(office.office, obligations.send_back, KINDS, obligation, "open.9", "不行") == "changed"
    assert refused(office.decide, obligations.send_back, obligation, "不行") == "not_answered"
    assert refused(office.act, obligations.acknowledge, "none") == "gone"
    assert refused(office.answer, obligation, " ") == "text_wanted"
