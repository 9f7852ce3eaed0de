"""However many reports a page of the list shows, the database is asked the same number of times."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from bot.build import Program
from services import desk
from services.desk import BY_PROMISE, Filters
from tests.conftest import Clock
from tests.services.desk.test_desk import complain


@pytest.mark.parametrize("sort", ["", BY_PROMISE])
def test_a_page_of_many_asks_no_more_than_one_of_few(program: Program, clock: Clock, sort: str) -> None:
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    def statements(many: int) -> int:
        asked.clear()
        page = program.acts.look(desk.listed, Filters(sort=sort))
        program.acts.look(desk.counts, Filters(sort=sort))
        assert len(page.items) == many
        return len(asked)

    event.listen(program.database.engine, "before_cursor_execute", note)
    counted = []
    for more in (5, 45):
        for _ in range(more):
            complain(program)
            clock.passes(minutes=1)
        counted.append(statements(5 if more == 5 else 50))
    assert counted[0] == counted[1] > 0
