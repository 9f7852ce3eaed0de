"""Reads a long table in parts, by its key: no cursor of the server stays open where somebody looks no further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Row, Select


def in_parts(
    tx: Connection, wanted: Select[*tuple[Any, ...]], key: Column[Any], many: int = 1000
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows in the order of `key`, which is unique and one of the columns that are wanted."""
    ordered = wanted.order_by(key).limit(many)
    rows = tx.execute(ordered).all()
    yield from rows
    while len(rows) == many:
        rows = tx.execute(ordered.where(key > rows[-1]._mapping[key])).all()
        yield from rows
