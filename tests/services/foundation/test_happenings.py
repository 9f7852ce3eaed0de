"""What a rule may count is recorded once, in the transaction in which it happens. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from bot.build import Program
from models.database import DatabaseAway
from models.tables import happenings
from scheduler.jobs import jobs
from services import cases, desk, obligations, people
from services.desk import KINDS
from services.foundation.act import Act
from tests.conftest import Clock, rows
from tests.drivers.told_units import CLERK, UNIT, ZONE, Office

COLUMNS = {"id", "once", "kind", "unit_id", "subject_id", "obligation_id", "at", "detail"}


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    made.bind("head", "head")
    return made


def lapse(office: Office) -> int:
    """One run of the job."""
    return office.do(obligations.lapse, 100)


def happened(office: Office) -> list[str]:
    """`overdue 11-27 18:00`, oldest first."""
    found = [(_local(row["at"]), row["kind"]) for row in rows(office.program, "happenings")]
    return [f"{kind} {at:%m-%d %H:%M}" for at, kind in sorted(found)]


def _local(at: Any) -> datetime:
    return at.astimezone(ZONE)


def complaint(office: Office, unit_id: str | None = UNIT) -> cases.Case:
    citizen = people.address_hash(office.program.vault, "fake", "citizen")
    account = office.do(people.lock_contacts, {citizen: ("fake", "citizen", "zh")})[citizen]
    return office.do(cases.file_complaint, account, cases.Complaint(unit_id, "slow", "等了两个小时"))[0]


def test_a_deadline_that_passes_happens_once_however_often_the_job_looks(office: Office) -> None:
    obligation = office.hand_over("2026-11-27")
    office.at("2026-11-27 18:00")
    assert (lapse(office), happened(office)) == (0, [])
    office.at("2026-11-27 18:01")
    assert [lapse(office) for _ in range(3)] == [1, 0, 0]
    office.at("2026-12-04 09:00")
    assert lapse(office) == 0
    office.answer(obligation)
    assert happened(office) == ["overdue 11-27 18:00"]
    [row] = rows(office.program, "happenings")
    assert set(row) == COLUMNS
    assert (row["unit_id"], row["obligation_id"], row["subject_id"]) == (UNIT, obligation, None)
    assert row["detail"] == {"kind": "instruction", "number": "D20261123-0001"}


def test_a_late_answer_that_comes_before_the_job_is_overdue_all_the_same(office: Office) -> None:
    obligation, in_time = office.hand_over("2026-11-27"), office.hand_over("2026-11-30")
    office.at("2026-11-30 10:00")  # nothing has run for days
    office.answer(obligation)
    office.answer(in_time)
    assert happened(office) == ["overdue 11-27 18:00"]
    assert lapse(office) == 0
    office.answer(obligation, "补充")
    office.at("2026-12-02 10:00")
    assert lapse(office) == 0
    assert happened(office) == ["overdue 11-27 18:00"]


def test_after_a_standstill_each_deadline_has_passed_once(office: Office) -> None:
    for day in ("2026-11-24", "2026-11-25", "2026-12-04"):
        office.hand_over(day)
    office.at("2026-11-28 22:00")  # a Saturday night: a deadline passes in quiet hours too
    assert lapse(office) == 2
    assert happened(office) == ["overdue 11-24 18:00", "overdue 11-25 18:00"]


def test_more_time_takes_back_nothing_and_its_own_end_counts_anew(office: Office) -> None:
    obligation = office.hand_over("2026-11-25")
    office.act(obligations.request_time, obligation, date(2026, 12, 1), "还要等批复")
    office.at("2026-11-26 09:00")
    office.decide(obligations.decide_time, obligation, True, "")  # the job has not looked since
    assert happened(office) == ["overdue 11-25 18:00"]
    assert lapse(office) == 0
    office.at("2026-12-01 18:01")
    assert lapse(office) == 1
    office.decide(obligations.excuse, obligation, "已由别的单位办理")
    assert happened(office) == ["overdue 11-25 18:00", "overdue 12-01 18:00"]


def test_what_was_answered_in_time_is_not_overdue_when_more_time_is_granted_later(office: Office) -> None:
    obligation = office.hand_over("2026-11-25")
    office.act(obligations.request_time, obligation, date(2026, 12, 1), "还要等批复")
    office.answer(obligation)
    office.at("2026-11-26 09:00")
    office.decide(obligations.decide_time, obligation, True, "")
    assert (lapse(office), happened(office)) == (0, [])


def test_what_is_excused_was_overdue_only_where_it_was(office: Office) -> None:
    early, late = office.hand_over("2026-11-25"), office.hand_over("2026-11-24")
    office.at("2026-11-25 09:00")
    for obligation in (early, late):
        office.decide(obligations.excuse, obligation, "已由别的单位办理")
    office.at("2026-11-26 09:00")
    assert lapse(office) == 0
    assert happened(office) == ["overdue 11-24 18:00"]


def test_each_return_is_one(office: Office) -> None:
    obligation = office.hand_over("2026-11-30")
    for minute in (10, 20):
        office.at(f"2026-11-23 10:{minute}")
        office.answer(obligation)
        office.decide(obligations.send_back, obligation, "没有写明责任人")
    assert happened(office) == ["returned 11-23 10:10", "returned 11-23 10:20"]
    first = min(rows(office.program, "happenings"), key=lambda row: str(row["at"]))
    assert (first["unit_id"], first["obligation_id"]) == (UNIT, obligation)
    assert first["detail"] == {"kind": "instruction", "number": "D20261123-0001", "due": "2026-11-30T18:00:00+08:00"}


def test_what_the_office_decides_about_a_complaint_happens_to_its_unit(office: Office) -> None:
    case, other, unknown = complaint(office), complaint(office), complaint(office, None)
    office.at("2026-11-24 09:00")
    office.office(desk.decline, other.id, "received.0", "不属于受理范围")
    office.office(desk.accept, unknown.id, "received.0", "")
    office.at("2026-11-24 09:10")
    obligation = office.hand_over(working_days=3, kind="complaint", subject_id=case.id, seen="received.0")
    office.at("2026-11-24 09:20")
    office.answer(obligation)
    office.decide(obligations.accept_answer, obligation, "单位已经道歉")
    # The moment would lead to whom the office told just then.
    assert [one[-5:] for one in happened(office)] == ["00:00"] * 4
    found = {(row["kind"], row["subject_id"], row["unit_id"]) for row in rows(office.program, "happenings")}
    assert found == {
        ("complaint_declined", other.id, UNIT),
        ("complaint_accepted", unknown.id, None),
        ("complaint_accepted", case.id, UNIT),
        ("complaint_closed", case.id, UNIT),
    }
    assert {tuple(row["detail"]) for row in rows(office.program, "happenings")} == {("number",)}


def test_a_question_says_nothing_of_a_unit(office: Office) -> None:
    citizen = people.address_hash(office.program.vault, "fake", "citizen")
    account = office.do(people.lock_contacts, {citizen: ("fake", "citizen", "zh")})[citizen]
    question, _ = office.do(cases.file_question, account, "几点开门？", ())
    office.office(desk.answer, question.id, "received.0", "九点")
    assert happened(office) == []


def test_two_processes_that_look_at_once_record_each_deadline_once(
    office: Office, make_program: Callable[..., Program]
) -> None:
    for _ in range(30):
        office.hand_over("2026-11-24")
    office.at("2026-11-25 09:00")
    both = office.program, make_program()

    async def look(program: Program) -> None:
        while await program.acts.write(obligations.lapse, 4):
            pass

    async def at_once() -> None:
        await asyncio.gather(*(look(program) for program in both for _ in range(2)))

    asyncio.run(at_once())
    found = [row["obligation_id"] for row in rows(office.program, "happenings")]
    assert len(found) == len(set(found)) == 30


def test_late_answers_and_the_job_at_once_record_each_deadline_once(
    office: Office, make_program: Callable[..., Program]
) -> None:
    owing = [office.hand_over("2026-11-24") for _ in range(10)]
    head = office.do(people.lock_contacts, {"k": ("fake", "head", "zh")})["k"]
    office.at("2026-11-25 09:00")
    other = make_program()

    async def answer(obligation: str) -> None:
        acts = office.program.acts.by(office.people["head"])
        await acts.write(obligations.answer, KINDS, head, obligation, "已办", ())

    async def look() -> None:
        for _ in range(5):
            await other.acts.write(obligations.lapse, 3)

    async def at_once() -> None:
        await asyncio.gather(look(), *(answer(obligation) for obligation in owing), look())

    asyncio.run(at_once())
    found = [row["obligation_id"] for row in rows(office.program, "happenings")]
    assert sorted(map(str, found)) == sorted(owing)


class Killed(Exception):
    """Whatever takes a process away in the middle of a transaction."""


def dies(tx: Connection) -> None:
    """The server drops the connection of a process that is gone; SQLite finds no commit in its log."""
    assert tx.execute(select(func.count()).select_from(happenings)).scalar_one() == 1
    if tx.dialect.name == "postgresql":
        tx.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    raise Killed


@pytest.mark.parametrize("deed", ["answer", "return", "decline", "job"])
def test_a_kill_leaves_neither_the_act_nor_what_it_made_happen(office: Office, deed: str) -> None:
    case, obligation = complaint(office), office.hand_over("2026-11-24")
    head = office.do(people.lock_contacts, {"k": ("fake", "head", "zh")})["k"]
    if deed == "return":
        office.answer(obligation)
    else:
        office.at("2026-11-25 09:00")
    before, seen = told(office), office.seen(obligation)
    deeds: dict[str, Callable[[Act], Any]] = {
        "answer": lambda act: obligations.answer(act.by("head"), KINDS, head, obligation, "已办", ()),
        "return": lambda act: obligations.send_back(act.by(CLERK), KINDS, obligation, seen, "不行"),
        "decline": lambda act: desk.decline(act.by(CLERK), case.id, "received.0", "不属于受理范围"),
        "job": lambda act: obligations.lapse(act, 10),
    }

    def killed(act: Act) -> None:
        deeds[deed](act)
        dies(act.tx)

    with pytest.raises((Killed, DatabaseAway)):
        office.program.acts.transact(killed)
    assert told(office) == before
    assert happened(office) == []


def told(office: Office) -> list[Any]:
    tables = "cases", "obligations", "entries", "audit", "deliveries", "reminders"
    return [sorted(map(str, rows(office.program, table))) for table in tables]


def test_the_job_is_on_the_list_and_does_them_all(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.jobs.LAPSES_AT_ONCE", 2)
    program = office.program
    for _ in range(5):
        office.hand_over("2026-11-24")
    office.at("2026-11-24 23:00")
    listed = jobs(program.acts, program.store)
    [job] = [one for one in listed if one.name == "note_overdue"]
    asyncio.run(job.run())
    assert len(happened(office)) == 5
