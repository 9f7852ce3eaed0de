"""Hot topics: a month beside the six before it, by unit and kind and by tag, in as many queries for many as for few."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, insert

from bot.build import Program
from models.tables import case_tags, cases, tags
from services import desk, people
from services.foundation.act import Act
from services.foundation.vault import new_id
from services.people import Grant, Role

MONTH = "2026-11"


def came_in(act: Act, day: str, many: int = 1, *, tag: str = "", **values: Any) -> None:
    for _ in range(many):
        row = {
            "id": new_id(),
            "number": new_id(),
            "kind": "complaint",
            "source": "web",
            "unit_id": "gtj",
            "category": "slow",
            "what": "办事拖拉",
            "named": False,
            "state": "closed",
            "received_on": date.fromisoformat(day),
            "received": b"",
            "moved_on": date.fromisoformat(day),
            "moved": b"",
        }
        act.tx.execute(insert(cases).values(**row | values))
        if tag:
            tagged = {"id": new_id(), "case_id": row["id"], "tag_id": tag, "tagged_on": date(2026, 11, 30)}
            act.tx.execute(insert(case_tags).values(**tagged))


def tag(act: Act, name: str) -> str:
    tag_id = new_id()
    act.tx.execute(insert(tags).values(id=tag_id, name=name, folded=name))
    return tag_id


def told(found: list[desk.Hot]) -> list[tuple[str, int, int]]:
    return [(one.tag.name if one.tag else f"{one.unit_id} {one.category}", one.count, one.before) for one in found]


def test_what_stands_out_comes_first_and_windows_count_with_their_unit(program: Program) -> None:
    def look(act: Act) -> list[desk.Hot]:
        demolition = tag(act, "拆迁")
        for month in range(5, 11):
            came_in(act, f"2026-{month:02}-28", 10)  # as many every month
        came_in(act, "2026-11-01", 11)
        came_in(act, "2026-10-31", category="rude")
        came_in(act, "2026-11-30", 3, category="rude", unit_id="gtj-1", tag=demolition)
        came_in(act, "2026-11-30", category="rude", tag=demolition)
        came_in(act, "2026-11-02", 2, unit_id="wsj")  # too few
        came_in(act, "2026-11-02", 4, unit_id="gaj", kind="question")
        came_in(act, "2026-04-30", 5, category="rude")  # before the six months
        came_in(act, "2026-12-01", 5, category="rude")
        came_in(act, "2026-11-02", 3, unit_id=None, category="other")
        return desk.hot(act, MONTH)

    found = program.acts.transact(look)
    assert told(found) == [("拆迁", 4, 0), ("gtj rude", 4, 1), (" other", 3, 0), ("gtj slow", 11, 60)]
    assert [one.ratio and round(one.ratio, 1) for one in found] == [None, 24.0, None, 1.1]


def test_what_the_discipline_desk_alone_sees_heats_nothing_for_others(program: Program) -> None:
    def look(act: Act) -> tuple[list[desk.Hot], list[desk.Hot]]:
        came_in(act, "2026-11-02", 3, confined="serious", tag=tag(act, "索要红包"))
        one, other = (people.add_person(act, "某人", [Grant(role, None)]) for role in (Role.CLERK, Role.DISCIPLINE))
        return desk.hot(act.by(one), MONTH), desk.hot(act.by(other), MONTH)

    clerk, discipline = program.acts.transact(look)
    assert (told(clerk), len(discipline)) == ([], 2)


def test_no_more_than_ten_are_told_and_the_year_turns(program: Program) -> None:
    def look(act: Act) -> list[desk.Hot]:
        for n in range(12):
            came_in(act, "2026-01-15", 3, unit_id=act.tx.execute(cases.metadata.tables["units"].select()).all()[n].id)
        came_in(act, "2025-12-15", 6)
        return desk.hot(act, "2026-01")

    assert len(program.acts.transact(look)) <= desk.MOST_HOT
    assert desk.months_back("2026-02", 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert desk.days_of("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize("figure", [lambda act: desk.hot(act, MONTH), lambda act: desk.mapped(act, None, None)])
def test_many_complaints_are_counted_in_as_many_queries_as_few(program: Program, figure: Any) -> None:
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    def statements(many: int) -> int:
        program.acts.transact(came_in, "2026-11-02", many)
        asked.clear()
        program.acts.look(figure)
        return len(asked)

    event.listen(program.database.engine, "before_cursor_execute", note)
    assert statements(3) == statements(60) > 0
