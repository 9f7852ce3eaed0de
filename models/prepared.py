"""Statements of the message path, compiled once for each database.

SQLAlchemy writes the SQL and converts the values; only its work per execution, several times that of the statement
itself, is spared. Rows come back as the driver gives them: select text and numbers only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    String,
    bindparam,
    func,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler

Make = Callable[[Connection], Executable]
Row = Mapping[str, Any]


class Prepared:
    """`prepared(tx, row)` or `prepared(tx, [row, …])`. `columns` names the parameters of an INSERT."""

    def __init__(self, statement: Executable | Make, *columns: str) -> None:
        self._statement = statement
        self._columns = columns or None
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, tx: Connection, rows: Row | Sequence[Row]) -> CursorResult[Any]:
        compiled = self._compiled.get(tx.dialect.name) or self._compile(tx)
        if isinstance(rows, Mapping):
            return tx.exec_driver_sql(compiled.sql, compiled.values(rows))
        return tx.exec_driver_sql(compiled.sql, [compiled.values(row) for row in rows])

    def _compile(self, tx: Connection) -> _Compiled:
        statement = self._statement(tx) if callable(self._statement) else self._statement
        made = statement.compile(dialect=tx.dialect, column_keys=self._columns)  # pyright: ignore[reportAttributeAccessIssue]
        self._compiled[tx.dialect.name] = compiled = _Compiled(made)
        return compiled


def among(tx: Connection, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the column is one of the list in the parameter `keys`: one statement for lists of any length."""
    if tx.dialect.name == "postgresql":
        return column == func.any(bindparam("keys", type_=ARRAY(String)))
    return column.in_(select(func.json_each(bindparam("keys", type_=String)).table_valued("value").c.value))


def keys(tx: Connection, values: Collection[str]) -> Any:
    """The parameter `keys` as the database at hand takes a list."""
    return list(values) if tx.dialect.name == "postgresql" else json.dumps(list(values))


class _Compiled:
    """The text, the order of its parameters, and how to convert each for the driver."""

    def __init__(self, made: SQLCompiler) -> None:
        self.sql = str(made)
        self._names = (made.positiontup if made.positional else list(made.binds)) or []
        converters: dict[str, Any] = dict(made._bind_processors)  # what SQLAlchemy itself runs
        self._converted = [(name, _Converter(converters[name])) for name in self._names if name in converters]
        self._constants = {name: bind.value for name, bind in made.binds.items() if bind.value is not None}
        self._positional = made.positional

    def values(self, row: Row) -> Any:
        values = {**self._constants, **row}
        for name, convert in self._converted:
            values[name] = convert(values.get(name))
        return tuple(map(values.get, self._names)) if self._positional else {n: values.get(n) for n in self._names}


class _Converter:
    """For one parameter. The rows of a batch share their moment, so the last conversion is kept."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        self._convert = convert
        self._last: tuple[Any, Any] = (None, None)

    def __call__(self, value: Any) -> Any:
        last, converted = self._last
        if last is not value:
            converted = self._convert(value)
            self._last = (value, converted)
        return converted
