"""Migrates a database to the newest schema from the program itself: no alembic.ini, no command line of its own."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.database import Database


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def migrate(database: Database) -> None:
    """Applies missing migrations in one transaction. Safe to call at every start and from several processes."""
    made = config()

    def upgrade(connection: object) -> None:
        made.attributes["connection"] = connection
        command.upgrade(made, "head")

    database.transact(upgrade)


def is_current(database: Database) -> bool:
    """Whether the database has the schema of this code."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    return database.look(lambda tx: MigrationContext.configure(tx).get_current_revision()) == newest
