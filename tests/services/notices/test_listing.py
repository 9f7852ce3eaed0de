"""The list of notices, page by page: none is skipped, none comes twice."""

from __future__ import annotations

from bot.build import Program
from services import notices
from services.notices import Audience
from tests.conftest import Clock
from tests.drivers.noticing import draft


def test_notices_of_one_instant_stand_on_one_page_or_the_next(program: Program, clock: Clock) -> None:
    first = draft(program, Audience())
    clock.passes(minutes=1)
    at_once = [draft(program, Audience()) for _ in range(5)]
    for most in (1, 2, 3):
        pages, last = list[str](), ""
        while page := program.acts.look(notices.listed, most, last):
            pages += [one.id for one in page]
            last = pages[-1]
        assert pages == [*sorted(at_once, reverse=True), first]
    assert program.acts.look(notices.listed, 9, "no such notice") == []
