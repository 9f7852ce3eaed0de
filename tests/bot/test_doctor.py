"""What `mingcha doctor` says about a year whose holidays nobody has announced."""

from __future__ import annotations

import pytest

from bot.build import Program
from bot.doctor import Found, examine
from services import obligations
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.desk_pages import instruct
from tests.web.conftest import member


async def year_lines(program: Program) -> list[Found]:
    found = await examine(program.settings, program.clock, program.channel_kinds)
    return [one for one in found if one.words == "doctor_year_unknown"]


async def test_the_doctor_counts_the_deadlines_that_are_provisional(program: Program) -> None:
    """Those that are owed; one of this year and one that is settled are not among them."""
    assert await year_lines(program) == [Found("note", "doctor_year_unknown", {"year": 2027, "count": 0})]
    clerk = member(program, "钱一", Grant(Role.CLERK, None))
    instruct(program, clerk, days=5)
    far = [instruct(program, clerk, days=60) for _ in range(3)]
    whole = program.acts.look(obligations.look, program.tools.kinds, far[0])
    assert whole
    program.acts.by(clerk).transact(obligations.excuse, program.tools.kinds, far[0], whole.seen, "不用再办了")
    [line] = await year_lines(program)
    assert line == Found("note", "doctor_year_unknown", {"year": 2027, "count": 2})
    assert len(rows(program, "obligations")) == 4


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", "落在这一年的 2 个期限是暂定的"), ("en", "the 2 deadlines in that year are provisional")],
)
def test_it_says_so_in_words(program: Program, language: str, told: str) -> None:
    said = program.texts[language].say("terminal", "doctor_year_unknown", {"year": 2027, "count": 2})
    assert told in said
    none = program.texts[language].say("terminal", "doctor_year_unknown", {"year": 2027, "count": 0})
    assert ("provisional" in none, "暂定" in none) == (False, False)
