"""The statements of the message path, compiled once for each database.

SQLAlchemy still writes the SQL and converts the values; only its work per execution, several times that of the
statement itself, is saved. Rows and errors come as the driver gives them: select text, numbers and bytes only.

What a batch of turns writes can wait for one another (`Prepared.later`): a hundred reports are then a few calls to the
database. It waits inside its transaction and no longer than until anything else is asked of that, so nobody reads past
it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Executable,
    Insert,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    TableValuedAlias,
    Update,
    bindparam,
    func,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler

from models.types import Utc

Make = Callable[[Connection], Executable]
Row = Mapping[str, Any]
MOST_WAITING = 1_000  # rows
_VALUES = re.compile(r"VALUES (\((?:[^()]|\([^()]*\))*\))")
_ONLY_VALUES = re.compile(r"INSERT INTO \w+ \([^()]+\) VALUES \((?:%s(?:::\w+(?: \w+)*(?:\(\d+\))?)?(?:, )?)+\)")
_waiting: dict[Connection, dict[Prepared, dict[str | int, Row]]] = {}  # by transaction that collects, what waits
# PostgreSQL's names of the types whose values COPY can send; the first that fits counts.
_COPIED = (
    (BigInteger, "int8"),
    (SmallInteger, "int2"),
    (Integer, "int4"),
    (String, "text"),
    (LargeBinary, "bytea"),
    (Utc, "timestamptz"),
    (Date, "date"),
    (Boolean, "bool"),
)


class Prepared:
    """A prepared statement. `columns` names the parameters of an INSERT."""

    def __init__(self, statement: Executable | Make, *columns: str) -> None:
        self._statement = statement
        self._columns = columns or None
        self._compiled: dict[str, _Compiled] = {}

    def run(self, tx: Connection, *rows: Row) -> int:
        """Executes for one row, or an INSERT for several at once; returns how many rows were affected."""
        write_waiting(tx)
        return self.write(tx, rows)

    def later(self, tx: Connection, *rows: Row, of: str | None = None) -> None:
        """Executes an INSERT or UPDATE before anything else is asked of the transaction, or at its end.

        Rows of one table go together, those of a table that others refer to first. `of`: the one row that counts of
        all with this name is the last.
        """
        waiting = _waiting.get(tx)
        if waiting is None:
            self.write(tx, rows)
            return
        mine = waiting.setdefault(self, {})
        for row in rows:
            mine[of or len(mine)] = row
        if len(mine) > MOST_WAITING:
            write_waiting(tx)

    def write(self, tx: Connection, rows: Sequence[Row]) -> int:
        """Executes like `run`, past whatever waits."""
        compiled = self._of(tx)
        cursor = tx.connection.cursor()
        values = [compiled.values(row) for row in rows]
        if len(rows) == 1:
            cursor.execute(compiled.sql(1), values[0])
        elif tx.dialect.name != "postgresql" and compiled.inserts:
            written = 0
            for part in (values[at : at + MOST_WAITING] for at in range(0, len(values), MOST_WAITING)):
                cursor.execute(compiled.sql(len(part)), list(chain.from_iterable(part)))
                written += cursor.rowcount
            return written
        elif compiled.copied:
            with cursor.copy(compiled.copy) as copy:
                copy.set_types(compiled.copied)
                for row in values:
                    copy.write_row(row)
        else:  # psycopg sends all rows at once, and the server knows the statement
            cursor.executemany(compiled.sql(1), values)
        return cursor.rowcount

    @property
    def table(self) -> Table:
        """The table into which `later` writes."""
        if not isinstance(self._statement, Insert | Update) or not isinstance(self._statement.table, Table):
            raise TypeError("only what writes one table can wait")
        return self._statement.table

    def rows(self, tx: Connection, row: Row) -> Sequence[Sequence[Any]]:
        """Executes a query and returns all of its rows."""
        write_waiting(tx)
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
        # Nobody asks for the ids of the rows: unless told so, SQLAlchemy has an INSERT return them.
        made: Any = statement.inline() if isinstance(statement, Insert) else statement
        return _Compiled(made.compile(dialect=dialect, column_keys=self._columns))


@contextmanager
def collecting(tx: Connection) -> Iterator[None]:
    """Lets what `Prepared.later` is given wait until the end of the block; what waits where that raises is dropped."""
    _waiting[tx] = {}
    try:
        yield
        write_waiting(tx)
    finally:
        del _waiting[tx]


def write_waiting(tx: Connection) -> None:
    """Executes what waits. Whatever asks anything of a transaction calls this first; SQLAlchemy's own statements do."""
    waiting = _waiting.get(tx)
    if not waiting:
        return
    _waiting[tx] = {}
    for statement in sorted(waiting, key=lambda one: _rank(one.table)):
        statement.write(tx, list(waiting[statement].values()))


@cache
def _rank(table: Table) -> int:
    """A place in an order in which every table stands behind those that it refers to."""
    return [one.name for one in table.metadata.sorted_tables].index(table.name)


def among(tx: Connection, column: ColumnElement[Any], name: str = "keys") -> ColumnElement[bool]:
    """A condition: the column, of numbers or of text, is one of the list in the parameter `name`, of any length.

    PostgreSQL keeps a statement's plan while its table grows: one that compares each row with each of a hundred keys
    would be slow by then, and a join is not.
    """
    if tx.dialect.name == "postgresql":
        return column.in_(select(func.unnest(bindparam(name, type_=_array(column)))))
    return column.in_(select(_listed(name).c.value))


def one_of(tx: Connection, column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """A condition like `among`, with the list in it."""
    given = keys(tx, values)
    if tx.dialect.name == "postgresql":
        return column.in_(select(func.unnest(bindparam(None, given, type_=ARRAY(String)))))
    return column.in_(select(func.json_each(bindparam(None, given, type_=String)).table_valued("value").c.value))


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
        converters: dict[str, Any] = dict(made._bind_processors)  # SQLAlchemy's own converters
        self._parameters = [
            (name, made.binds[name].value, None if as_it_is else _Converter(converters[name]))
            for name in made.positiontup or []
            for as_it_is in [name not in converters or isinstance(made.binds[name].type, LargeBinary)]
        ]
        self._for_many: dict[int, str] = {1: self._sql}
        self.inserts = isinstance(made.statement, Insert)
        self.copied = _copied(made) if made.dialect.name == "postgresql" else ()
        head = self._sql.partition(" VALUES ")[0].replace("INSERT INTO", "COPY")
        self.copy = f"{head} FROM STDIN (FORMAT BINARY)"

    def sql(self, rows: int) -> str:
        """The INSERT with this many VALUES: one call to the database, as a call per row would let other threads in."""
        if rows not in self._for_many:
            head, values, tail = _VALUES.split(self._sql, maxsplit=1)
            self._for_many[rows] = f"{head}VALUES {', '.join([values] * rows)}{tail}"
        return self._for_many[rows]

    def values(self, row: Row) -> Sequence[Any]:
        return [
            row.get(name, constant) if convert is None else convert(row.get(name, constant))
            for name, constant, convert in self._parameters
        ]


def _copied(made: SQLCompiler) -> Sequence[str]:
    """The types of an INSERT that COPY can do: one of plain values, into columns of known types. Empty for others."""
    if not _ONLY_VALUES.fullmatch(str(made)):
        return ()
    kinds = [made.binds[name].type for name in made.positiontup or ()]
    found = [next((pg for kind, pg in _COPIED if isinstance(of, kind)), "") for of in kinds]
    return found if all(found) else ()


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
