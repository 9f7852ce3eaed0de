"""Heads of units with a chat account, on SQLite alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import people
from services.people import Grant, Role
from tests.conftest import copied
from tests.web.conftest import member


@pytest.fixture(params=["sqlite"])
def database_url(_sqlite_city: Path, tmp_path: Path) -> str:
    """The pages do not depend on the database; what they call is tested on both."""
    return copied(_sqlite_city, tmp_path)


@pytest.fixture
async def heads(program: Program, person: Callable[..., FakePerson]) -> list[FakePerson]:
    """Three heads of units with a chat account each, beside those of the city who have none."""
    found = []
    for n, unit in enumerate(("gtj", "jtj", "wsj")):
        somebody = person(f"head-{n}")
        await somebody.says("/start")
        contact = somebody.contact_id()
        assert contact
        mine = member(program, f"局长{n}", Grant(Role.HEAD, unit))
        program.acts.transact(people.bind_contact, contact, mine)
        found.append(somebody)
    return found
