"""Statements of the message path, compiled once for each database.

SQLAlchemy writes the SQL and converts the values; only its work per execution, several times that of the statement
itself, is spared. Rows come back as the driver gives them: select text and numbers only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
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


class _Compiled:
    """The text, the order of its parameters, and how to convert each for the driver."""

    def __init__(self, made: SQLCompiler) -> None:
        self.sql = str(made)
        names = (made.positiontup if made.positional else list(made.binds)) or []
        converters: Mapping[str, Any] = made._bind_processors  # what SQLAlchemy itself runs
        constants = {name: bind.value for name, bind in made.binds.items() if bind.value is not None}
        self._parts = [_Part(name, converters.get(name), constants.get(name)) for name in names]
        self._positional = made.positional

    def values(self, row: Row) -> Any:
        if self._positional:
            return tuple([part.of(row) for part in self._parts])
        return {part.name: part.of(row) for part in self._parts}


class _Part:
    """One parameter. The rows of a batch share their moment, so the last conversion is kept."""

    __slots__ = ("_convert", "_default", "_last", "name")

    def __init__(self, name: str, convert: Callable[[Any], Any] | None, default: Any) -> None:
        self.name, self._convert, self._default = name, convert, default
        self._last: tuple[Any, Any] = (self, None)

    def of(self, row: Row) -> Any:
        value = row.get(self.name, self._default)
        if self._convert is None or value is None:
            return value
        last, converted = self._last
        if last is not value:
            converted = self._convert(value)
            self._last = (value, converted)
        return converted
