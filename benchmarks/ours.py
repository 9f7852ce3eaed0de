"""Our program, as the measurements run it: on a database of its own with the demo city, and its reports counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bot.build import Program, build
from bot.settings import Settings
from channels.telegram.intake import Intake
from migrations.run import migrate
from models.tables import cases, deliveries, inbox, quarantine
from services.demo import load_city


@dataclass(frozen=True)
class Stored:
    """How many rows there are."""

    reports: int
    turns: int
    replies: int
    quarantined: int


def program(folder: Path, url: str) -> Program:
    """With the demo city; the same one again for a folder and a database that have it."""
    settings = Settings(_env_file=None, data_dir=folder, database_url=url)  # pyright: ignore[reportCallIssue]
    made = build(settings)
    migrate(made.database)
    made.acts.transact(load_city)
    made.load_units()
    return made


def intake(made: Program) -> Intake:
    """The door through which a Telegram update comes, by webhook or polling."""
    return Intake(made.talk, made.acts)


def stored(made: Program) -> Stored:
    def count(tx) -> Stored:
        tables = cases, inbox, deliveries, quarantine
        return Stored(*(tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables))

    return made.database.look(count)
