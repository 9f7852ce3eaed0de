"""The database's clock decides where several processes write: whatever theirs say, and however they jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.build import Program, build
from tests.conftest import put_key, settings_for

Build = Callable[[Callable[[], datetime]], Program]


@pytest.fixture
def building(database_url: str, tmp_path: Path) -> Iterator[Build]:
    """Builds a program on a machine that takes this for the time."""
    made: list[Program] = []
    put_key(tmp_path)

    def on(machine: Callable[[], datetime]) -> Program:
        made.append(build(settings_for(tmp_path, database_url=database_url), machine=machine))
        made[-1].load_units()
        return made[-1]

    yield on
    for one in made:
        one.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_machines_whose_clocks_are_apart_agree(building: Build) -> None:
    wrong = timedelta(days=1)
    first = building(lambda: datetime.now(UTC) + wrong)
    second = building(lambda: datetime.now(UTC) - timedelta(hours=3))
    assert abs(first.clock() - second.clock()) < timedelta(hours=1)
    wrong = timedelta(days=-30)  # put back while it runs
    assert abs(first.clock() - second.clock()) < timedelta(hours=1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_server_it_is_the_machines(building: Build) -> None:
    moment = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert building(lambda: moment).clock() == moment
