"""Sheets of cases: one that was checked waits until its clerk has seen it, then all of its rows are entered or none."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, insert, select, update

from models.database import insert_or_ignore
from models.tables import imports, intakes
from services import calendar
from services.cases.keying import enter, entered_as, intake, mark
from services.cases.sheet import Checked, SheetRow
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id

KEPT = timedelta(days=2)
AT_ONCE = 500  # rows asked about or written in one statement
T = TypeVar("T")


@dataclass(frozen=True)
class Waiting:
    """A sheet that was checked and waits for its clerk's word. `name`: the file's."""

    name: str
    heads: Mapping[str, str]
    left_out: Sequence[str]
    repeated: Mapping[int, int]
    rows: Sequence[SheetRow]


class EnteredRow(msgspec.Struct, array_like=True, frozen=True):
    """A row and its case. `receipt`: the code, which is told to whoever complained; empty for what was here before."""

    row: int
    case_id: str
    number: str
    at_source: str = ""  # the source's own number
    receipt: str = ""


@dataclass(frozen=True)
class Entered:
    """What came of a sheet. `here`: rows that had been entered before."""

    name: str
    new: Sequence[EnteredRow]
    here: Sequence[EnteredRow]


@dataclass
class Course:
    """How far the entering of a sheet is, for whoever watches it, and whether it is to stop."""

    many: int = 0
    done: int = 0
    stopped: bool = False


class Stopped(Exception):
    """Somebody stopped the entering of a sheet: nothing of it was kept."""


def keep_sheet(act: Act, checked: Checked, name: str) -> str:
    """Keeps a sheet whose rows all fit until its clerk enters it; returns its id."""
    import_id = new_id()
    sheet = Waiting(name, checked.heads, checked.left_out, checked.repeated, checked.rows)
    sealed = _sealed(act, import_id, sheet)
    values = {"id": import_id, "made_by": act.actor, "made_on": act.now.date(), "sealed": sealed}
    act.tx.execute(insert(imports).values(**values))
    return import_id


def kept_sheet(act: Act, import_id: str) -> Waiting | Entered | None:
    """A sheet of this clerk, before or after it was entered; None for anybody else's, and for one that is forgotten."""
    row = act.tx.execute(select(imports.c.sealed, imports.c.entered_on).where(*_mine(act, import_id))).first()
    if row is None:
        return None
    return _opened(act, import_id, row.sealed, Waiting if row.entered_on is None else Entered)


def is_being_entered(act: Act, import_id: str) -> bool:
    """Whether another process is entering the sheet right now."""
    mine = select(imports.c.id).where(*_mine(act, import_id), imports.c.entered_on.is_(None))
    return (
        act.tx.execute(mine).first() is not None
        and act.tx.execute(mine.with_for_update(skip_locked=True)).first() is None
    )


def already_here(act: Act, rows: Sequence[SheetRow]) -> dict[int, EnteredRow]:
    """Those of the rows that have been entered before, each with its case."""
    marks = {mark(act, one.keyed): one for one in rows}
    found = {marks[at].row: _here(marks[at], case) for at, case in _cases(act, list(marks)).items()}
    return dict(sorted(found.items()))


def enter_sheet(act: Act, import_id: str, course: Course) -> Entered:
    """Enters every row of a sheet that was not entered before. One that has been entered already tells what came of it.

    Raises Refusal: gone; Stopped.
    """
    wanted = select(imports.c.sealed, imports.c.entered_on).where(*_mine(act, import_id)).with_for_update()
    row = act.tx.execute(wanted).first()
    if row is None:
        raise Refusal(Common.GONE)
    if row.entered_on is not None:
        return _opened(act, import_id, row.sealed, Entered)
    sheet = _opened(act, import_id, row.sealed, Waiting)
    new, here = enter_rows(act, sheet.rows, course)
    entered = Entered(sheet.name, new, here)
    audit.append(act, "sheet_entered", import_id, {"entered": len(new), "here": len(here)})
    done = {"entered_on": act.now.date(), "sealed": _sealed(act, import_id, entered)}
    act.tx.execute(update(imports).where(imports.c.id == import_id).values(**done))
    return entered


def enter_rows(act: Act, rows: Sequence[SheetRow], course: Course) -> tuple[list[EnteredRow], list[EnteredRow]]:
    """Enters rows; returns those that are new, and those that had been entered before. Raises Stopped.

    Two that enter the same at once wait for each other at the first row that they share: all write in one order.
    """
    course.many, course.done = len(rows), 0
    noted = sorted(((intake(act, one.keyed), one) for one in rows), key=lambda pair: pair[0]["mark"])
    fresh: set[str] = set()
    adding = insert_or_ignore(act.tx, intakes).returning(intakes.c.mark)
    for part in _parts(noted):
        fresh.update(act.tx.execute(adding, [values for values, _ in part]).scalars())
    cases = _cases(act, [values["mark"] for values, _ in noted if values["mark"] not in fresh])
    limits = calendar.limits()
    new: list[EnteredRow] = []
    here: list[EnteredRow] = []
    for values, one in sorted(noted, key=lambda pair: pair[1].row):
        if course.stopped:
            raise Stopped
        if values["mark"] in fresh:
            case, receipt = enter(act, one.keyed, values, limits)
            new.append(EnteredRow(one.row, case.id, case.number, one.keyed.number or "", receipt))
        else:
            here.append(_here(one, cases[values["mark"]]))
        course.done += 1
    return new, here


def tell_codes(act: Act, import_id: str) -> Sequence[EnteredRow]:
    """The cases that came of a sheet with their receipt codes; each time leaves an event. Raises Refusal: gone."""
    entered = kept_sheet(act, import_id)
    if not isinstance(entered, Entered):
        raise Refusal(Common.GONE)
    audit.append(act, "receipts_told", import_id, {"codes": len(entered.new)})
    return entered.new


def forget_sheets(act: Act) -> None:
    """Forgets the sheets that have had their time; the cases stay."""
    act.tx.execute(imports.delete().where(imports.c.made_on < act.now.date() - KEPT))


def _mine(act: Act, import_id: str) -> tuple[ColumnElement[bool], ...]:
    return imports.c.id == import_id, imports.c.made_by == act.actor


def _cases(act: Act, marks: Sequence[str]) -> dict[str, Any]:
    """Id and number of the cases that were entered with these marks, by mark."""
    return {row.mark: row for part in _parts(marks) for row in act.tx.execute(entered_as(*part))}


def _here(one: SheetRow, found: Any) -> EnteredRow:
    return EnteredRow(one.row, found.id, found.number, one.keyed.number or "")


def _parts(many: Sequence[T]) -> Iterator[Sequence[T]]:
    return (many[at : at + AT_ONCE] for at in range(0, len(many), AT_ONCE))


def _sealed(act: Act, import_id: str, sheet: Waiting | Entered) -> bytes:
    return act.vault.seal_bytes(zlib.compress(msgspec.json.encode(sheet), 1), f"import {import_id}")


def _opened(act: Act, import_id: str, sealed: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(zlib.decompress(act.vault.open_bytes(sealed, f"import {import_id}")), type=kind)
