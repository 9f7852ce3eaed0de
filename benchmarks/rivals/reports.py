"""The one row that a rival writes. SQLite runs with the write-ahead log and synchronous=FULL, as ours does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, create_engine, event, func, insert, select

from models.database import parse

FIELDS = ("unit", "window", "category", "what", "staff", "happened", "evidence", "identity")
metadata = MetaData()
table = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, Text) for name in FIELDS),
    Column("chat", String(32)),
)


class Reports:
    def __init__(self, url: str) -> None:
        self._engine = create_engine(parse(url))
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare)
        metadata.create_all(self._engine)

    def add(self, chat: int, answers: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(table).values(chat=str(chat), **{name: answers.get(name) for name in FIELDS}))

    def count(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def close(self) -> None:
        self._engine.dispose()


def _prepare(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
