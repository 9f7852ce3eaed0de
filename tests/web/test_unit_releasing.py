"""Before the moment at which a unit hears of something, its pages know nothing of it either."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.conftest import Clock, owed, rows
from tests.drivers.desk_pages import ASKED, complains, head_of
from tests.services.obligations.test_releasing import hands_over
from tests.web.test_unit_pages import Opens, enters


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    return make_program(release_minutes=30)


async def test_a_unit_finds_nothing_of_it_before_that_moment(
    program: Program, browser: Opens, citizen: FakePerson, clock: Clock
) -> None:
    await complains(citizen)
    mine = hands_over(program, "gtj", str(rows(program, "cases")[0]["id"]))
    head = await enters(program, browser, head_of(program, "gtj"))
    assert "要答复 0 件" in head.page
    assert mine not in head.page
    none = (await head.opens(f"/unit/{'0' * 20}")).replace("0" * 20, mine)
    assert (await head.opens(f"/unit/{mine}"), head.status) == (none, 404)
    clock.now = owed(program)[0]["shown_from"]
    assert "要答复 1 件" in await head.opens("/unit")
    assert ASKED in await head.opens(f"/unit/{mine}")
