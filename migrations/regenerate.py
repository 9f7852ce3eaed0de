"""Rewrites the first migration from the tables, while nothing is released: `python -m migrations.regenerate`."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from migrations.run import config
from models.database import Database

FIRST = Path(__file__).parent / "versions" / "0001_first_schema.py"


def regenerate() -> None:
    """Writes the first migration from a comparison of the tables with an empty database."""
    FIRST.unlink(missing_ok=True)
    made = config()

    def compare(connection: Connection) -> None:
        made.attributes["connection"] = connection
        command.revision(made, "first schema", autogenerate=True, rev_id="0001")

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        database.transact(compare)
        database.close()
    FIRST.write_text(re.sub(r"models\.types\.Utc\(timezone=True\)", "Utc()", FIRST.read_text(encoding="utf-8")))


if __name__ == "__main__":
    regenerate()
