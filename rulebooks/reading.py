"""Reads a TOML file that people write by hand; whatever is wrong in it is told by line, all at once.

`Book` reads one file and collects its faults while shapes (pydantic models) are laid over its parts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Place = tuple[str | int, ...]  # the keys and positions that lead to a value
T = TypeVar("T", bound=BaseModel)
MOST_TOLD = 20  # faults of one file: whoever mends so many reads the file again anyway
LONGEST_SHOWN = 80  # characters of a line


class Shape(BaseModel):
    """What a table of a file may hold: these entries, of exactly these types, and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file. `code` and `key` choose the words: what is wrong, and what is expected there."""

    file: Path
    line: int  # the first is 1
    code: str  # syntax, encoding, missing, unknown, value; or one that a check of a subject's own notes
    key: str = ""  # the name of the entry
    table: str = ""  # the name of the table around it
    shown: str = ""  # the line as it stands there
    value: str = ""  # the name that is unknown, where it is not the entry's own
    near: str = ""  # of an unknown name: the one that was meant
    known: Sequence[str] = ()  # of an unknown name: what may stand there


class BadRules(ValueError):
    """A file cannot be used; `faults` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults in {faults[0].file}")
        self.faults = faults


def not_as_expected(*place: str | int) -> ValueError:
    """What a check of several entries together raises: the entry that is to be told, below the checked table."""
    return _Elsewhere(place)


class _Elsewhere(ValueError):
    def __init__(self, place: Place) -> None:
        super().__init__("elsewhere")
        self.place = place


@dataclass
class Book:
    """A file and what is wrong in it. Raises OSError where it cannot be read, BadRules where it is no TOML."""

    file: Path
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        raw = self.file.read_bytes()
        try:
            self.text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise BadRules([Fault(self.file, raw.count(b"\n", 0, error.start) + 1, "encoding")]) from error
        try:
            self.data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise BadRules([self._unread(error)]) from error

    def check(self, shape: type[T], given: Any, place: Callable[[Place], Place] = lambda place: place) -> T | None:
        """The part of the file as its shape; None where something in it is wrong. `place`: where an entry stands."""
        try:
            return shape.model_validate(given)
        except ValidationError as error:
            for one in error.errors():
                cause = one.get("ctx", {}).get("error")
                found = (*one["loc"], *cause.place) if isinstance(cause, _Elsewhere) else one["loc"]
                self._note(one["type"], place(found), shape, one["loc"])
            return None

    def note(self, code: str, place: Place, known: Iterable[str] = (), value: str = "") -> None:
        """Notes a fault, once for each place. `value`: a name that is unknown, where the entry's own is not meant."""
        names = [str(part) for part in place if isinstance(part, str)]
        key, table = (names or [""])[-1], (["", "", *names])[-2]
        line = self._line(place)
        near = next(iter(get_close_matches(value or key, [*known], 1)), "")
        made = Fault(self.file, line, code, key, table, self._shown(line), value, near, tuple(known))
        if made not in self.faults:
            self.faults.append(made)

    def done(self) -> None:
        """Raises BadRules where anything was wrong."""
        meant = {(fault.table, fault.near) for fault in self.faults if fault.near}
        told = [one for one in self.faults if one.code != "missing" or (one.table, one.key) not in meant]
        if told:
            raise BadRules(sorted(told, key=lambda fault: fault.line)[:MOST_TOLD])

    def _note(self, kind: str, place: Place, shape: type[BaseModel], loc: Place) -> None:
        if kind == "extra_forbidden":
            self.note("unknown", place, _known(shape, loc[:-1]))
        else:
            self.note("value" if _holds(self.data, place) else "missing", place)

    # --- lines: the reader of TOML knows none of what it has read, but it can be asked to read a beginning ---

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def _shown(self, line: int) -> str:
        shown = re.sub(r"\s+#[^\"']*$", "", self._lines[line - 1]).strip()
        return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"

    def _line(self, place: Place) -> int:
        """The line where the entry begins; where it is not there, the line of the table that it belongs into."""
        while place and not _holds(self.data, place):
            place = place[:-1]
        absent, there = 0, len(self._lines)
        while there - absent > 1:
            middle = (there + absent) // 2
            if _holds(self._beginning(middle)[1], place):
                there = middle
            else:
                absent = middle
        return self._beginning(there - 1)[0] + 1

    def _beginning(self, lines: int) -> tuple[int, Mapping[str, Any]]:
        """What stands in so many lines, or in the most before them that end with a whole entry; and how many."""
        for many in range(lines, 0, -1):
            try:
                return many, tomllib.loads("\n".join(self._lines[:many]))
            except tomllib.TOMLDecodeError:
                continue
        return 0, {}

    def _unread(self, error: tomllib.TOMLDecodeError) -> Fault:
        """The entry with which reading stopped: it may have begun lines before the place that the reader names."""
        told = re.search(r"at line (\d+)", str(error))
        line = self._beginning((int(told[1]) if told else len(self._lines)) - 1)[0] + 1
        named = re.match(r"\s*\"?([\w-]+)\"?\s*=", self._lines[line - 1])
        return Fault(self.file, line, "syntax", named[1] if named else "", shown=self._shown(line))


def read(file: Path, shape: type[T]) -> T:
    """The whole file as one shape. Raises OSError or BadRules."""
    book = Book(file)
    found = book.check(shape, book.data)
    book.done()
    assert found is not None, "what is wrong was noted"
    return found


def _holds(data: Any, place: Place) -> bool:
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _known(shape: Any, place: Place) -> list[str]:
    """The names that may stand at this place of a shape."""
    for part in place:
        if isinstance(part, str):
            shape = _shape_in(shape.model_fields[part].annotation)
    return list(shape.model_fields)


def _shape_in(annotation: Any) -> Any:
    """The shape that a list of tables, or a table that may be missing, is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(found for one in getattr(annotation, "__args__", ()) if (found := _shape_in(one)))
