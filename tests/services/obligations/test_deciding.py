"""More time, answers, and what the office decides on them, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from models.tables import happenings
from models.tables import obligations as owing
from services import cases, desk, obligations, people
from services.desk import KINDS
from services.foundation.act import Act
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import CLERK, UNIT, Office, complaint, refused


def test_more_time_before_and_after_the_deadline(office: Office) -> None:
    obligation = office.hand_over("2026-11-25")
    assert refused(office.act, obligations.request_time, obligation, date(2026, 11, 25), "还要等省里批复") == "due_past"
    office.act(obligations.request_time, obligation, date(2026, 12, 1), "还要等省里批复")
    assert refused(office.act, obligations.request_time, obligation, date(2026, 12, 2), "再等等") == "waiting_already"
    assert office.look(obligation).obligation.acknowledged_at  # whoever asks has seen it
    assert [one.waiting_extension for one in office.program.acts.look(obligations.owed_by, KINDS, [UNIT])] == [True]
    office.decide(obligations.decide_time, obligation, True, "")
    assert office.until("2026-12-02 12:00") == [
        "11-23 09:00 head 1 handed",
        "11-23 09:00 head 2 time_granted",
        "11-26 08:30 head 3",
        "11-30 08:30 head 4",
        "12-01 08:30 head 5",
        "12-02 08:30 head 6",
    ]
    office.act(obligations.request_time, obligation, date(2026, 12, 4), "还差一天")
    assert office.look(obligation).waiting.late
    assert refused(office.decide, obligations.decide_time, obligation, False, "") == "text_wanted"
    office.decide(obligations.decide_time, obligation, False, "已经延过一次")
    assert office.until("2026-12-03 12:00") == ["12-02 12:00 head 7 time_refused", "12-03 08:30 head 8"]
    assert refused(office.decide, obligations.decide_time, obligation, True, "") == "decided"
    assert [one.state for one in office.look(obligation).extensions] == ["granted", "refused"]


@pytest.mark.parametrize("settle", [obligations.excuse, obligations.accept_answer])
def test_a_settled_obligation_has_no_deadline_left_to_move(office: Office, settle: Any) -> None:
    """What was asked before and decided stays; what was still waiting is so no longer, for this obligation alone."""
    obligation, other = office.hand_over("2026-11-25"), office.hand_over("2026-11-25")
    office.act(obligations.request_time, obligation, date(2026, 11, 27), "还要等省里批复")
    office.decide(obligations.decide_time, obligation, False, "请先报初稿")
    for one in (obligation, other):
        office.act(obligations.request_time, one, date(2026, 12, 1), "还要等省里批复")
    office.answer(obligation)
    office.decide(settle, obligation, "已由省里直接办理")
    assert [one.state for one in office.look(obligation).extensions] == ["refused", "moot"]
    assert office.look(obligation).waiting is None
    assert [one.id for one in office.listed(stage="waiting")] == [other]
    assert refused(office.decide, obligations.decide_time, obligation, True, "") == "settled"
    assert refused(office.act, obligations.request_time, obligation, date(2026, 12, 2), "再等等") == "settled"
    assert office.look(obligation).obligation.due_at.date() == date(2026, 11, 25)


def test_more_time_is_neither_endless_nor_less(office: Office) -> None:
    obligation = office.hand_over("2026-11-25")
    assert (
        refused(office.act, obligations.request_time, obligation, date(9999, 12, 31), "还要等省里批复") == "due_wanted"
    )
    office.act(obligations.request_time, obligation, date(2026, 12, 1), "还要等省里批复")
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "还差一份材料", date(2026, 12, 10))
    office.decide(obligations.decide_time, obligation, True, "")
    assert office.look(obligation).obligation.due_at.date() == date(2026, 12, 10)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_clerk_and_a_head_who_cross_each_other_are_both_heard(office: Office) -> None:
    """Each holds what the other needs next; PostgreSQL breaks one of them off, and it is done again."""
    obligation = office.hand_over("2026-12-04")
    acts = office.program.acts.at(office.program.clock())
    key = people.address_hash(acts.vault, "fake", "head")
    both, tries = Barrier(2), count()

    def met() -> None:
        if next(tries) < 2:  # whoever is done again finds nobody there
            both.wait(10)

    def the_head(act: Act) -> None:
        people.lock_contacts(act, {key: ("fake", "head", "zh")})
        met()
        obligations.acknowledge(act.by(office.people["head"]), obligation)

    def the_clerk(act: Act) -> None:
        act.tx.execute(select(owing.c.id).where(owing.c.id == obligation).with_for_update())
        met()
        whole = obligations.look(act, KINDS, obligation)
        assert whole
        obligations.reply_unit(act.by(CLERK), KINDS, obligation, whole.seen, "请按时报送")

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(acts.transact, work) for work in (the_head, the_clerk)]
        for one in done:
            one.result(20)
    assert next(tries) > 2
    assert {one.kind for one in office.look(obligation).history} == {"handed", "acknowledged", "office_reply"}


def test_a_case_is_accepted_by_its_hand_over_and_answered_by_the_accepted_answer(office: Office) -> None:
    case = complaint(office)
    seen = office.program.acts.look(desk.look, case.id).seen
    obligation = office.hand_over(working_days=5, kind="complaint", subject_id=case.id, seen=seen)
    office.answer(obligation, "已经道歉，增开一个窗口")
    whole = office.look(obligation)
    assert (whole.obligation.subject.number, whole.sight.text) == (case.number, whole.asked)
    assert "两个小时" not in repr(whole)
    assert refused(office.decide, obligations.accept_answer, obligation, "") == "text_wanted"
    office.decide(obligations.accept_answer, obligation, "单位已经道歉，并增开了窗口。")
    words = [(one.to, one.words) for one in office.told()]
    assert [said for to, said in words if to == "citizen"] == ["status.accepted", "status.closed"]
    assert [said for to, said in words if to == "head"] == ["obligation.handed", "obligation.accepted"]
    assert office.program.acts.look(desk.look, case.id).state == cases.State.CLOSED
    assert office.look(obligation).obligation.state == "accepted"
    assert refused(office.act, obligations.acknowledge, obligation) == "settled"


def test_what_is_said_between_the_two_is_kept_and_told(office: Office) -> None:
    obligation = office.hand_over(working_days=5)
    office.act(obligations.ask_office, obligation, "需要附照片吗")
    assert office.program.acts.look(obligations.owed_by, KINDS, [UNIT])[0].asks
    office.decide(obligations.reply_unit, obligation, "需要两张")
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "照片看不清")
    office.decide(obligations.excuse, obligation, "上级统一处理")
    assert [entry.kind for entry in office.look(obligation).history] == [
        "handed",
        "unit_question",
        "office_reply",
        "unit_answer",
        "returned",
        "excused",
    ]
    assert [str(one)[12:] for one in office.told()] == [
        "head 1 handed",
        "head 2 office_reply",
        "head 3 returned",
        "head 4 excused",
    ]
    assert office.until("2027-02-01 12:00") == []
    assert is_whole(office.program)
    assert refused(office.decide, obligations.reply_unit, obligation, "好的") == "settled"


def test_an_answer_found_untrue_is_told_so_and_every_return_is_counted(office: Office) -> None:
    obligation = office.hand_over(working_days=5)
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "照片看不清")
    office.answer(obligation, "窗口一直有人")
    whole = office.look(obligation)
    office.office(obligations.send_back, KINDS, obligation, whole.seen, "去看过\uff0c没有人", untrue=True)
    told = [one.values for one in office.told() if one.words == "obligation.returned"]
    assert [(one["times"], one["untrue"]) for one in told] == [(1, False), (2, True)]
    back = [one.detail for one in office.look(obligation).history if one.kind == "returned"]
    assert back == [{"times": "1"}, {"times": "2", "found_untrue": "yes"}]
    rows = office.do(lambda act: act.tx.execute(select(happenings).order_by(happenings.c.at, happenings.c.kind)).all())
    assert [(one.kind, one.unit_id, one.obligation_id) for one in rows] == [
        ("returned", UNIT, obligation),
        ("found_untrue", UNIT, obligation),
        ("returned", UNIT, obligation),
    ]
