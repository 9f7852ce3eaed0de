"""What waits in a transaction is there for whoever looks, goes with it, and has its rows in order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.build import Program
from models.prepared import Prepared
from models.tables import contacts, counters, deliveries
from services.foundation.act import Act
from services.foundation.numbers import report_number

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
COUNT = Prepared(insert(counters), "name", "value")
REACH = Prepared(update(counters).where(counters.c.name == bindparam("of")).values(value=bindparam("reached")))
READ = Prepared(select(counters.c.value).where(counters.c.name == bindparam("of")))
MEET = Prepared(insert(contacts), "id", "channel", "address_hash", "language", "created_at", "sealed")
SAY = Prepared(
    insert(deliveries), "contact_id", "channel", "urgency", "state", "sealed", "due_at", "created_at", "attempts"
)


def contact(name: str) -> dict[str, Any]:
    row = {"channel": "telegram", "address_hash": name, "language": "zh", "created_at": NOON}
    return {**row, "id": name, "sealed": name.encode()}


def said(name: str, words: bytes | None) -> dict[str, Any]:
    row = {"channel": "telegram", "urgency": "reply", "state": "queued", "due_at": NOON, "created_at": NOON}
    return {**row, "contact_id": name, "sealed": words, "attempts": 0}


def test_nobody_reads_past_what_waits(program: Program) -> None:
    def work(tx: Connection) -> None:
        COUNT.later(tx, {"name": "a", "value": 1})
        assert READ.rows(tx, {"of": "a"})[0][0] == 1
        COUNT.later(tx, {"name": "b", "value": 2}, {"name": "c", "value": 3})
        assert tx.execute(select(func.count()).select_from(counters)).scalar() == 3
        COUNT.later(tx, {"name": "d", "value": 4})
        tx.execute(delete(counters).where(counters.c.name == "d"))

    program.database.transact(work)
    left = program.database.look(lambda tx: tx.execute(select(counters.c.name).order_by(counters.c.name)).scalars())
    assert [*left] == ["a", "b", "c"]


def test_what_waits_goes_with_its_transaction(program: Program) -> None:
    def work(tx: Connection) -> None:
        COUNT.later(tx, {"name": "a", "value": 1})
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            program.database.transact(work)
    program.database.transact(lambda tx: COUNT.later(tx, {"name": "b", "value": 1}))
    assert program.database.look(lambda tx: tx.execute(select(counters.c.name)).scalars().all()) == ["b"]


def test_whom_others_refer_to_is_written_first(program: Program) -> None:
    def work(tx: Connection) -> None:
        SAY.later(tx, said("one", b"1"))
        MEET.later(tx, contact("one"), contact("two"))
        SAY.later(tx, said("two", b"\x00\xff\\N"), said("one", None))

    program.database.transact(work)
    columns = deliveries.c.contact_id, deliveries.c.sealed, deliveries.c.letter, deliveries.c.due_at
    written = select(*columns).order_by(deliveries.c.id)
    rows = program.database.look(lambda tx: [tuple(row) for row in tx.execute(written)])
    assert rows == [("one", b"1", None, NOON), ("two", b"\x00\xff\\N", None, NOON), ("one", None, None, NOON)]


def test_of_a_name_the_last_row_counts(program: Program) -> None:
    def work(tx: Connection) -> None:
        COUNT.run(tx, {"name": "a", "value": 1}, {"name": "b", "value": 1})
        for value in range(2, 5):
            REACH.later(tx, {"of": "a", "reached": value}, of="a")
            REACH.later(tx, {"of": "b", "reached": value * 10}, of="b")

    program.database.transact(work)
    values = select(counters.c.value).order_by(counters.c.name)
    assert program.database.look(lambda tx: tx.execute(values).scalars().all()) == [4, 40]


def test_reports_of_one_act_and_of_the_next_have_numbers_of_their_own(program: Program) -> None:
    def three(act: Act) -> list[str]:
        return [report_number(act) for _ in range(3)]

    numbers = [*program.acts.transact(three), *program.acts.transact(three)]
    assert len(set(numbers)) == 6
    reached = select(func.sum(counters.c.value)).where(counters.c.name.like("case %"))
    assert program.database.look(lambda tx: tx.execute(reached).scalar_one()) == 6


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_process_waits_for_the_number_of_anothers_report(program: Program) -> None:
    def inside(act: Act, others: int) -> list[str]:
        first = report_number(act)
        inner = program.acts.transact(inside, others - 1) if others else []  # while this one is not committed
        return [first, *inner, report_number(act)]

    numbers = [program.acts.transact(report_number), *program.acts.transact(inside, 3)]
    numbers += program.acts.transact(inside, 3)
    assert len(set(numbers)) == len(numbers) == 17
