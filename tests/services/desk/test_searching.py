"""What the desk finds by words: everything said about a report, at once, in every process, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from bot.build import Program
from models.tables import cases as table
from services import cases, desk, people
from services.desk import Filters, Search
from services.foundation import chain
from tests.conftest import Clock, rows
from tests.drivers.told_units import Office, complaint, decide

NAMED = {"工商": ("gsj",)}


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.bind("head", "head")
    return made


def ids(office: Office, search: Search, words: str, **filters: object) -> set[str]:
    wanted = Filters(words=words, **filters)  # pyright: ignore[reportArgumentType]
    return {one.id for one in office.program.acts.look(desk.listed, search.look(office.program.acts, wanted)).items}


def test_what_is_said_is_found_at_once_by_every_process(office: Office) -> None:
    """Each process keeps what it has read: it learns what others have written from the chain, numbered or waiting."""
    here, there = office.program.search, Search(office.program.acts)
    first, second = complaint(office, "窗口没有人"), complaint(office, "收费不开票")
    for one in (here, there):
        assert ids(office, one, "没有人") == {first.id}

    def both(words: str, **filters: object) -> set[str]:
        found, other = ids(office, here, words, **filters), ids(office, there, words, **filters)
        assert found == other, words
        return found

    citizen = people.address_hash(office.program.vault, "fake", "citizen")
    contact = office.do(people.lock_contacts, {citizen: ("fake", "citizen", "zh")})[citizen]
    office.do(cases.add, contact, first.id, "今天又去了一趟", ())
    assert both("又去了") == {first.id}
    office.office(desk.jot, second.id, "发票金额３２０元")
    assert both("320元 开票") == {second.id}
    office.program.database.transact(chain.number, office.program.vault, wait=True)
    decide(office, desk.accept, second.id, "已转财务核实")
    assert both("财务") == {second.id}
    duty = office.hand_over(working_days=3, kind="complaint", subject_id=first.id)
    office.answer(duty, "值班员已经调换")
    assert both("調換") == {first.id}
    assert both("diaohuan") == {first.id}
    decide(office, desk.put_right, first.id, "gsj", "slow")
    assert both("工商 没有人", named=NAMED) == {first.id}
    assert both("没有人", state="closed") == set()
    third = complaint(office, "窗口没有人")
    assert both("没有人") == {first.id, third.id}
    assert both(first.number) == {first.id}
    office.program.database.transact(lambda tx: tx.execute(delete(table).where(table.c.id == third.id)))
    assert both("没有人") == {first.id}


def test_words_for_the_search_are_sealed(office: Office) -> None:
    case = complaint(office, "窗口没有人")
    office.office(desk.jot, case.id, "窗口没有人")
    kept = [row["sought"] for name in ("cases", "entries") for row in rows(office.program, name)]
    assert len(kept) == 2
    for one in kept:
        assert isinstance(one, bytes)
        assert "没有".encode() not in one
        assert "没有" not in one.decode("utf-16-le", errors="replace")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("人", 1),
        ("😤", 1),
        ("窗口 ，。！", 1),
        ("，。！", 0),
        ("窗口，没有人", 1),
        ("没有人窗口", 0),
        ("chuangkou", 1),
        ("CHUANG", 0),
        ("lüse", 1),
        ("lvse", 1),
        ("wifi", 1),
        ("没有" * 50, 0),
        ("\\", 0),
        ("%", 0),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_typed(office: Office, words: str, found: int) -> None:
    complaint(office, "窗口，没有人😤，绿色通道关着，ＷｉＦｉ连不上")
    assert len(ids(office, office.program.search, words)) == found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_too_many_the_newest_are_found_and_other_filters_come_first(office: Office, clock: Clock) -> None:
    found: list[str] = []
    for _ in range(5):
        found.append(complaint(office).id)
        clock.passes(days=1)
    search, acts, wanted = office.program.search, office.program.acts, Filters(words="窗口")
    newest = search.look(acts, wanted, most=2).found
    assert newest
    assert (set(newest.ids), newest.more) == (set(found[3:]), True)
    first = date.fromisoformat(str(rows(office.program, "cases")[0]["received_on"]))
    old = search.look(acts, replace(wanted, until=first + timedelta(1)), most=2).found
    assert old
    assert (set(old.ids), old.more) == (set(found[:2]), False)
    everything = search.look(acts, wanted, most=None).found
    assert everything
    assert (set(everything.ids), everything.more) == (set(found), False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_memory_is_bounded_and_what_is_kept_is_complete_from_a_day_on(office: Office, clock: Clock) -> None:
    found: list[str] = []
    for _ in range(6):
        found.append(complaint(office, "窗口" + "没有人" * 30).id)
        clock.passes(days=1)
    small = Search(office.program.acts, most_letters=350)
    kept = small.look(office.program.acts, Filters(words="窗口")).found
    assert kept
    assert kept.since
    assert set(kept.ids) == set(found[-len(kept.ids) :])
    assert 0 < len(kept.ids) < 6
    later = complaint(office, "窗口关了").id
    again = small.look(office.program.acts, Filters(words="窗口")).found
    assert again
    assert later in again.ids


def test_a_database_that_was_put_back_is_read_anew(office: Office) -> None:
    search = office.program.search
    case = complaint(office, "窗口没有人")
    search._reached = 1_000_000  # as after a backup that was restored under a process that goes on
    assert ids(office, search, "没有人") == {case.id}
