"""The statements of the message path, compiled once for each database.

SQLAlchemy still writes the SQL and converts the values; only its work per execution, several times that of the
statement itself, is saved. Rows and errors come as the driver gives them: select text, numbers and bytes only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Executable,
    Integer,
    LargeBinary,
    String,
    TableValuedAlias,
    bindparam,
    func,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler

Make = Callable[[Connection], Executable]
Row = Mapping[str, Any]
_VALUES = re.compile(r"VALUES (\((?:[^()]|\([^()]*\))*\))")


class Prepared:
    """A prepared statement. `columns` names the parameters of an INSERT."""

    def __init__(self, statement: Executable | Make, *columns: str) -> None:
        self._statement = statement
        self._columns = columns or None
        self._compiled: dict[str, _Compiled] = {}

    def run(self, tx: Connection, *rows: Row) -> int:
        """Executes for one row, or an INSERT for several at once; returns how many rows were affected."""
        compiled = self._of(tx)
        cursor = tx.connection.cursor()
        values = [compiled.values(row) for row in rows]
        if len(rows) > 1 and tx.dialect.name == "postgresql":
            # psycopg sends all rows at once, and the server knows the statement.
            cursor.executemany(compiled.sql(1), values)
        else:
            cursor.execute(compiled.sql(len(rows)), list(chain.from_iterable(values)))
        return cursor.rowcount

    def rows(self, tx: Connection, row: Row) -> Sequence[Sequence[Any]]:
        """Executes a query and returns all of its rows."""
        compiled = self._of(tx)
        cursor = tx.connection.cursor()
        cursor.execute(compiled.sql(1), compiled.values(row))
        return cursor.fetchall()

    def _of(self, tx: Connection) -> _Compiled:
        compiled = self._compiled.get(tx.dialect.name)
        if compiled is None:
            compiled = self._compiled[tx.dialect.name] = self._compile(tx)
        return compiled

    def _compile(self, tx: Connection) -> _Compiled:
        statement = self._statement(tx) if callable(self._statement) else self._statement
        kind: Any = type(tx.dialect)
        dialect = kind(paramstyle="qmark" if tx.dialect.name == "sqlite" else "format")
        made: Any = statement
        return _Compiled(made.compile(dialect=dialect, column_keys=self._columns))


def among(tx: Connection, column: ColumnElement[Any], name: str = "keys") -> ColumnElement[bool]:
    """A condition: the column, of numbers or of text, is one of the list in the parameter `name`, of any length."""
    if tx.dialect.name == "postgresql":
        return column == func.any(bindparam(name, type_=_array(column)))
    return column.in_(select(_listed(name).c.value))


def each(tx: Connection) -> TableValuedAlias:
    """The list of texts in the parameter `keys`, as rows with the one column `value`."""
    if tx.dialect.name == "postgresql":
        return func.unnest(bindparam("keys", type_=ARRAY(String))).table_valued("value").render_derived()
    return _listed("keys")


def keys(tx: Connection, values: Collection[str] | Collection[int]) -> Any:
    """A list in the form that the database in use takes as a parameter."""
    return list(values) if tx.dialect.name == "postgresql" else json.dumps(list(values))


def _array(column: ColumnElement[Any]) -> ARRAY[Any]:
    return ARRAY(BigInteger if isinstance(column.type, Integer) else String)


def _listed(name: str) -> TableValuedAlias:
    return func.json_each(bindparam(name, type_=String)).table_valued("value")


class _Compiled:
    """A compiled statement: its text, the order of its parameters, and how to convert each for the driver."""

    def __init__(self, made: SQLCompiler) -> None:
        self._sql = str(made)
        self._names: Sequence[str] = made.positiontup or []
        converters: dict[str, Any] = dict(made._bind_processors)  # SQLAlchemy's own converters
        bytes_as_they_are = {name for name, bind in made.binds.items() if isinstance(bind.type, LargeBinary)}
        self._converted = [
            (name, _Converter(converters[name]))
            for name in dict.fromkeys(self._names)
            if name in converters.keys() - bytes_as_they_are
        ]
        self._constants = {name: bind.value for name, bind in made.binds.items() if bind.value is not None}
        self._for_many: dict[int, str] = {1: self._sql}

    def sql(self, rows: int) -> str:
        """The INSERT with this many VALUES: one call to the database, as a call per row would let other threads in."""
        if rows not in self._for_many:
            head, values, tail = _VALUES.split(self._sql, maxsplit=1)
            self._for_many[rows] = f"{head}VALUES {', '.join([values] * rows)}{tail}"
        return self._for_many[rows]

    def values(self, row: Row) -> Sequence[Any]:
        values = {**self._constants, **row}
        for name, convert in self._converted:
            values[name] = convert(values.get(name))
        return tuple(map(values.get, self._names))


class _Converter:
    """Converts the values of one parameter. A batch's rows share their moment, so the last conversion is kept."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        self._convert = convert
        self._last: tuple[Any, Any] = (None, None)

    def __call__(self, value: Any) -> Any:
        last, converted = self._last
        if last is not value:
            converted = self._convert(value)
            self._last = (value, converted)
        return converted
