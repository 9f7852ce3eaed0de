"""The program on a database of its own, SQLite and a real PostgreSQL in turn, and people who talk to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import templates
from bot.build import Program, build
from bot.channels import KINDS
from bot.settings import Settings
from channels.channel import ChannelKind
from channels.fake import FakePerson
from migrations.run import migrate
from models.tables import metadata
from services.demo import load_city
from services.foundation.events import events as told
from services.foundation.keys import KeyTrouble
from services.foundation.moments import opened
from services.foundation.vault import Vault
from tests.drivers import postgresql
from tests.drivers.compiled import environment
from tests.drivers.postgresql import Copies
from tests.drivers.whole_run import WholeRun, fast_folder, made_once

DATABASES = ("sqlite", "postgresql")
KEY = f"international {bytes(range(32)).hex()}\n".encode()
WHOLE_RUN = pytest.StashKey[WholeRun]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[WHOLE_RUN] = WholeRun()
        if fast := fast_folder():
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(fast))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist where the run has its folder."""
    node.workerinput["whole_run"] = str(node.config.stash[WHOLE_RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if WHOLE_RUN in config.stash:
        config.stash[WHOLE_RUN].end()


class Clock:
    """A clock that a test moves. Saturday 21 November 2026, 15:00 in Shanghai."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(templates, "Environment", environment)
        yield


def settings_for(folder: Path, **values: object) -> Settings:
    """Settings that look at no environment and no .env file. What is handed over leaves at once, unless it is said."""
    values = {"release_minutes": 0} | values
    return Settings(_env_file=None, data_dir=folder, **values)  # pyright: ignore[reportCallIssue, reportArgumentType]


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    """One for all workers of the run."""
    told: dict[str, str] | None = getattr(request.config, "workerinput", None)
    return Path(told["whole_run"]) if told else request.config.stash[WHOLE_RUN].folder


@pytest.fixture(scope="session")
def postgresql_url(run_folder: Path) -> str:
    """The run's own PostgreSQL server."""
    return made_once(run_folder, "postgresql", lambda: postgresql.start(run_folder))


@pytest.fixture(scope="session")
def _sqlite_city(run_folder: Path) -> Path:
    """A database file with the demo city, to be copied."""
    folder = run_folder / "sqlite"
    made_once(run_folder, "sqlite_city", lambda: _prepare(folder, f"sqlite:///{folder}/mingcha.db"))
    return folder / "mingcha.db"


@pytest.fixture(scope="session")
def copies(run_folder: Path, postgresql_url: str) -> Iterator[Copies]:
    """Databases with the demo city, on the run's server."""
    city = run_folder / "of-city"
    made = Copies(postgresql_url)
    made_once(run_folder, "postgresql_city", lambda: _prepare(city, made.template()))
    yield made
    made.close()


def _prepare(folder: Path, url: str) -> str:
    """The address of the database, which has the demo city then."""
    put_key(folder)
    program = build(settings_for(folder, database_url=url), clock=Clock())
    migrate(program.database)
    program.acts.transact(load_city)
    program.close()
    return url


def put_key(folder: Path) -> None:
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), (folder / "keys" / "mingcha.key").open("xb") as file:  # a test may have added a key
        file.write(KEY)


def copied(city: Path, folder: Path) -> str:
    """The address of a copy of this SQLite database."""
    shutil.copy(city, folder / "mingcha.db")
    return f"sqlite:///{folder}/mingcha.db"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with the demo city, on each of the two databases."""
    if request.param == "sqlite":
        yield copied(request.getfixturevalue("_sqlite_city"), tmp_path)
        return
    copies: Copies = request.getfixturevalue("copies")
    url = copies.new()
    yield url
    copies.leave(url)


@pytest.fixture
def make_program(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Program]]:
    """Builds the program on this test's database; call it again for a second process's view of it."""
    made: list[Program] = []

    def make(channels: Sequence[ChannelKind] = KINDS, **values: object) -> Program:
        put_key(tmp_path)
        program = build(settings_for(tmp_path, database_url=database_url, **values), clock=clock, channels=channels)
        program.load_units()
        made.append(program)
        return program

    yield make
    for program in made:
        program.close()


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    return make_program()


@pytest.fixture
def person(program: Program) -> Callable[..., FakePerson]:
    """`person("alice")` is somebody with a chat account; `language="en"` for an English one."""

    def meet(address: str, **how: str) -> FakePerson:
        return FakePerson(program.talk, program.acts, program.texts, address, **how)

    return meet


@pytest.fixture
def citizen(person: Callable[..., FakePerson]) -> FakePerson:
    return person("citizen-1")


def rows(program: Program, table: str) -> list[dict[str, object]]:
    """Everything in a table, to look at what is really stored; what lies in no order, in that in which it came."""
    found = program.database.look(
        lambda tx: [dict(row) for row in tx.execute(metadata.tables[table].select()).mappings()]
    )
    return sorted(found, key=partial(_came, program.vault, table)) if table in ARRIVALS else found


ARRIVALS = {"cases": "received", "visits": "received", "entries": "exact", "evidence": "", "obligations": ""}


def _came(vault: Vault, table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    sealed = row.get(ARRIVALS[table])
    at = row.get("at") or row.get("created_at")
    with suppress(KeyTrouble, ValueError):  # a test may have damaged it
        at = opened(vault, sealed, row["id"]) if sealed else at
    return str(at), row.get("position", 0), row.get("number", ""), row["id"]


def events(program: Program) -> list[dict[str, Any]]:
    """The events of the audit chain, the oldest first, those without a number too."""
    found = program.database.look(lambda tx: list(told(tx, program.vault)))
    return [{name: getattr(event, name) for name in event.__struct_fields__} for event in found]


def owed(program: Program) -> list[dict[str, object]]:
    """The rows of what units owe, without what the office itself owes."""
    return [row for row in rows(program, "obligations") if row["unit_id"]]
