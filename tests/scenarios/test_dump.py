"""A dump without the key leads from no report to an account: everything in it is laid beside everything else.

Days and orders are what an attacker has: so no column and no order of rows may follow the order in which reports came,
and no moment of an account may stand with a report, or with what units owe because of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, text

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from models.tables import metadata
from models.types import AT_ONCE
from services import cases as of_cases
from services import desk, inspections, obligations, oversight, people
from tests.conftest import Clock, rows
from tests.drivers.desk_pages import answers
from tests.drivers.notice_desk import becomes_head

MANY = 24  # reports of each kind within one day: of chance, no order of so many fits another
FOLLOWS = 0.85  # of a rank correlation: chance reaches that once in a million
COMPLAINT = ("投诉", "市国土局·办证窗口", "态度不好", "{words}", "跳过", "昨天", "跳过", "1", "提交")
CLERK = "clerk"
Dump = dict[str, list[dict[str, Any]]]


Story = tuple[Program, list[str], list[str]]  # with the ids of cases and visits, in the order in which they came


@pytest.fixture
async def story(program: Program, person: Callable[..., FakePerson], clock: Clock) -> Story:
    """A day: each citizen complains, is answered and rates; each supervisor checks; some is handed over or added to."""
    citizens, filed, seen = [person(f"citizen-{n}") for n in range(MANY)], [], []
    head = becomes_head(program, "fake", "head")
    head_id = next(str(row["person_id"]) for row in rows(program, "contacts") if row["id"] == head)
    key = [people.address_hash(program.vault, "fake", f"supervisor-{n}") for n in range(MANY)]
    program.acts.transact(people.lock_contacts, {one: ("fake", f"supervisor-{n}", "zh") for n, one in enumerate(key)})
    for n, citizen in enumerate(citizens):
        for said in COMPLAINT:
            clock.passes(seconds=7)
            await citizen.says(said.format(words=f"窗口没有人，等了{'很久' * (n * 7 % MANY + 1)}"))
        filed += [one for one in told(program, "cases") if one not in filed]
        clock.passes(seconds=31)
        contact = program.acts.transact(people.lock_contacts, {key[n]: ("fake", f"supervisor-{n}", "zh")})[key[n]]
        visit = inspections.Visit("gtj", "patrol", {}, note="没有人", media=(Media(f"photo-{n}", "photo"),))
        program.acts.transact(inspections.file_visit, contact, visit)
        seen += [one for one in told(program, "visits") if one not in seen]
        clock.passes(seconds=13)
        if n % 3 == 0:
            duty = handed(program, filed[-1], clock)
            answers(program, head_id, duty, "已经整改")
            itemises(program, filed[-1])
            clock.passes(seconds=11)
            conclude(program, duty)
        else:
            program.acts.by(CLERK).transact(desk.open_report, filed[-1])
            decide(program, desk.accept, filed[-1], "")
            if n % 3 == 1:
                decide(program, desk.ask, filed[-1], "是哪一个窗口？")
                clock.passes(seconds=17)
                await citizen.says("三号窗口")
                await citizen.says("1")
                clock.passes(seconds=11)
            itemises(program, filed[-1])
            decide(program, desk.answer, filed[-1], "窗口已经增开")
        clock.passes(seconds=19)
        await rates(citizen, *(("没有解决", "不满意", "还是没有人", "完成") if n % 2 else ("解决了", "满意")))
        clock.passes(seconds=23)
        if n % 4 == 1:
            decide(program, desk.make_good, filed[-1], "现在每天有人值守")
            clock.passes(seconds=29)
            await rates(citizen, "解决了", "基本满意")
            clock.passes(seconds=5)
    return program, filed, seen


def linked(dump: Dump, report: str) -> list[dict[str, Any]]:
    """The rows that lead to a report: those that name it, an entry of it, or what is owed because of it."""
    about = {
        str(row["id"]) for table in ("obligations", "entries") for row in dump[table] if row["subject_id"] == report
    }
    return [row for table in dump.values() for row in table if {report, *about} & {str(one) for one in row.values()}]


def moments(found: list[dict[str, Any]], program: Program) -> set[datetime]:
    """The moments in rows, without those that tell a day alone."""
    at = {one for row in found for one in row.values() if isinstance(one, datetime)}
    return {one for one in at if one.astimezone(program.settings.zone).time() != time()}


def follows(given: list[str], true: list[str]) -> float:
    """By how much one order of reports follows another: Spearman's rank correlation, without its sign."""
    place = {one: nth for nth, one in enumerate(one for one in true if one in given)}
    many = len(given)
    return abs(1 - 6 * sum((place[one] - nth) ** 2 for nth, one in enumerate(given)) / (many * (many**2 - 1)))


def orders(table: list[dict[str, Any]], reports: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The orders of reports in a table: as its rows lie, and by each column that tells most of them apart."""
    of = {nth: next((str(one) for one in row.values() if str(one) in reports), None) for nth, row in enumerate(table)}
    lying = [row for nth, row in enumerate(table) if of[nth]]
    for column in ("", *(table[0] if table else ())):
        values = {str(row.get(column)) for row in lying}
        if column and len(values) < len(lying) / 2:
            continue
        ordered = sorted(lying, key=lambda row, c=column: _sortable(row[c])) if column else lying
        named = [next(str(one) for one in row.values() if str(one) in reports) for row in ordered]
        first = list(dict.fromkeys(named))
        if len(first) == MANY:  # of fewer, chance makes some order look like another
            yield column or "as it lies", first


def _sortable(value: Any) -> tuple[bool, str, float]:
    if isinstance(value, int | float):
        return False, "", float(value)
    return value is None, str(value), 0.0


async def test_no_moment_of_a_report_is_one_of_its_sender(story: Story) -> None:
    program, cases, visits = story
    dump = dumped(program)
    heads = {str(row["contact_id"]) for row in dump["deliveries"] if row["urgency"] != "reply"}
    senders = {str(row["id"]) for row in dump["contacts"]} - heads
    assert len(senders) == 2 * MANY
    by_moment: dict[datetime, set[str]] = {}
    for contact in senders:
        named = [row for table in dump.values() for row in table if contact in map(str, row.values())]
        for at in moments(named, program):
            by_moment.setdefault(at, set()).add(contact)
    assert len(by_moment) > 5 * MANY  # or else nothing would be tested
    found = {
        (report, at): by_moment[at]
        for report in (*cases, *visits)
        for at in moments(linked(dump, report), program)
        if at in by_moment and len(by_moment[at]) < 10
    }
    assert found == {}


async def test_no_order_is_that_in_which_reports_came(story: Story) -> None:
    program, cases, visits = story
    for table in oversight.UNORDERED:
        assert program.database.transact(oversight.shuffle, table.name)
    dump = dumped(program)
    looked = {
        (kind, name, by): follows(order, reports)
        for kind, reports in (("cases", cases), ("visits", visits))
        for name, table in dump.items()
        for by, order in orders(table, reports)
    }
    assert {name for _, name, _ in looked} >= {
        "cases",
        "visits",
        "vault",
        "owners",
        "evidence",
        "obligations",
        "happenings",
        "items",
        "ratings",
    }
    assert {place: how for place, how in looked.items() if how > FOLLOWS} == {}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_mark_of_a_transaction_leads_from_a_report_to_what_was_written_with_it(story: Story) -> None:
    """PostgreSQL keeps with each row which transaction wrote it: no dump has that, its files and its console do."""
    program, _, _ = story

    def marks(name: str) -> set[str]:
        return set(
            program.database.look(lambda tx: tx.execute(text(f'select xmin::text from "{name}"')).scalars().all())
        )

    assert marks("owners") & marks("inbox"), "or else nothing would be tested"
    for table in oversight.UNORDERED:
        assert program.database.transact(oversight.blend, table.name)
        assert program.database.transact(oversight.shuffle, table.name)
    assert {table.name: len(marks(table.name)) for table in oversight.UNORDERED if len(marks(table.name)) > 1} == {}
    others = set(metadata.tables) - {table.name for table in oversight.UNORDERED}
    assert {name for name in others for table in oversight.UNORDERED if marks(name) & marks(table.name)} == set()


async def test_what_is_said_to_a_sender_lies_apart_from_what_a_unit_is_told(story: Story) -> None:
    """Both leave in one transaction, and the unit knows when: neither id nor moment leads from the one to the other."""
    dump = dumped(story[0])
    told_units = {row["id"]: row for row in dump["deliveries"] if row["urgency"] == "reminder"}
    apart = [row for row in dump["deliveries"] if row["id"] < 0]
    assert len(told_units) >= MANY // 3
    assert len(apart) >= MANY // 3
    assert {moment for row in apart for moment in moments([row], story[0])} <= {AT_ONCE}
    met = [str(row["id"]) for row in sorted(dump["contacts"], key=lambda row: row["created_at"])]
    by_id = list(dict.fromkeys(str(row["contact_id"]) for row in sorted(apart, key=lambda row: row["id"])))
    assert follows(by_id, met) < FOLLOWS


async def test_what_is_sealed_has_few_lengths(story: Story) -> None:
    """The words of a report lie open and are repeated in sealed screens: their length must not find them."""
    lengths = {row["sealed"] for row in dumped(story[0])["deliveries"] if row["sealed"]}
    assert {length - 28 for length in lengths} <= {256, 512, 1024, 2048, 4096, 8192}


async def test_files_tell_no_moment(program: Program) -> None:
    await program.store.keep(b"a photo")
    [file] = [path for path in Path(program.settings.data_dir).rglob("originals/**/*") if path.is_file()]
    assert file.stat().st_mtime == 0


def told(program: Program, table: str) -> list[str]:
    return [str(row["id"]) for row in rows(program, table)]


def decide(program: Program, what: Callable[..., bool], case_id: str, text: str) -> None:
    assert program.acts.by(CLERK).transact(what, case_id, seen(program, case_id), text)


def itemises(program: Program, case_id: str) -> None:
    """Splits a case into two items, answers both, and tells the first by itself."""
    office = program.acts.by(CLERK)
    office.transact(of_cases.split, case_id, seen(program, case_id), {"1": "派人", "2": "道歉"})
    for n, one in enumerate(program.acts.look(of_cases.items_of, case_id)):
        told = seen(program, case_id), one.id, "已经办好"
        assert office.transact(of_cases.answer_item, case_id, *told, telling=not n)


def seen(program: Program, case_id: str) -> str:
    report = program.acts.look(desk.look, case_id)
    assert report is not None
    return report.seen


def conclude(program: Program, duty: str) -> None:
    """Accepts what the unit answered, with the answer to the citizen."""
    found = program.acts.look(obligations.look, desk.KINDS, duty)
    assert found is not None
    assert program.acts.by(CLERK).transact(
        obligations.accept_answer, desk.KINDS, duty, found.seen, "窗口已经增开", to_citizen=True
    )


async def rates(citizen: FakePerson, *said: str) -> None:
    """By the button under the newest answer."""
    await citizen.taps("评价")
    for one in said:
        await citizen.says(one)
    assert "已记下您对" in citizen.screen().text


def handed(program: Program, case_id: str, clock: Clock) -> str:
    duty = program.acts.by(CLERK).transact(
        obligations.hand_over,
        desk.KINDS,
        unit_id="gtj",
        kind="complaint",
        asked="请查清情况",
        due=None,
        working_days=3,
        subject_id=case_id,
    )
    clock.passes(seconds=11)
    return duty


def dumped(program: Program) -> Dump:
    """All rows as they lie: of PostgreSQL where each was written. What is sealed is its length."""
    return {name: list(_lying(program, table)) for name, table in metadata.tables.items()}


def _lying(program: Program, table: Table) -> Iterator[dict[str, Any]]:
    found = table.select() if program.database.is_sqlite else table.select().order_by(text("ctid"))
    for row in program.database.look(lambda tx: tx.execute(found).mappings().all()):
        yield {name: len(value) if isinstance(value, bytes) else value for name, value in row.items()}
