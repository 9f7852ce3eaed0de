"""Exports lists for spreadsheets and other programs, by allow-list: a column that is not named here never leaves.

No export knows who filed a report, when exactly a supervisor was there, or what a file was called.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, BinaryIO, Protocol

import msgspec
from sqlalchemy import Connection, Select, and_, func, select

from models.tables import cases, contacts, deliveries, evidence, grants, notices, units, visits
from services.people import held_at

_PIECES = select(func.count()).select_from(evidence)
_parents = units.alias("parents")
_UNIT = (func.coalesce(_parents.c.name, units.c.name).label("unit"), units.c.name.label("own_name"))

COLUMNS: Mapping[str, Sequence[str]] = {
    "complaints": (
        "number",
        "kind",
        "source",
        "unit",
        "part",
        "category",
        "what",
        "staff",
        "happened_day",
        "named",
        "state",
        "received",
        "decided",
        "pieces",
    ),
    "visits": (
        "number",
        "unit",
        "part",
        "method",
        "findings",
        "waited_minutes",
        "note",
        "state",
        "received_day",
        "pieces",
    ),
    "deliveries": ("id", "channel", "urgency", "state", "attempts", "error", "created", "sent"),
    "notices": ("number", "unit", "part", "role", "channel", "state", "error", "sent", "acknowledged"),
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Words(Protocol):
    """The words and times of a spreadsheet, in one language and the office's time zone."""

    def heading(self, column: str) -> str: ...

    def cell(self, column: str, value: Any) -> str | int | None:
        """The cell for a row's `value`: a code, a moment in UTC as ISO 8601, a visit's findings, or anybody's words."""
        ...


def export_rows(tx: Connection, what: str, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Every row of `complaints`, `visits`, `deliveries` or `notices`, oldest first, with its listed columns.

    `zone` is the office's: it decides on which day something came in. Moments are in UTC.
    """
    for row in tx.execute(_QUERIES[what]()).mappings():
        yield _SHAPES[what](row, zone)


def receipts_of(tx: Connection, notice_id: str, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """The rows of `notices` that belong to one notice."""
    for row in tx.execute(_receipts().where(notices.c.id == notice_id)).mappings():
        yield _receipt(row, zone)


def _complaints() -> Select[Any]:
    return (
        select(cases, *_UNIT, _PIECES.where(evidence.c.subject_id == cases.c.id).scalar_subquery().label("pieces"))
        .select_from(cases.outerjoin(units, units.c.id == cases.c.unit_id).outerjoin(_parents, _above()))
        .order_by(cases.c.received_at, cases.c.id)
    )


def _visits() -> Select[Any]:
    return (
        select(visits, *_UNIT, _PIECES.where(evidence.c.subject_id == visits.c.id).scalar_subquery().label("pieces"))
        .select_from(visits.join(units, units.c.id == visits.c.unit_id).outerjoin(_parents, _above()))
        .order_by(visits.c.received_at, visits.c.id)
    )


def _deliveries() -> Select[Any]:
    return select(deliveries).order_by(deliveries.c.id)


def _receipts() -> Any:
    """What became of each notice, for recipients known by role: evidence of passing on (N10), without a name."""
    role = and_(grants.c.person_id == contacts.c.person_id, held_at(notices.c.released_at))
    columns = (
        notices.c.number,
        grants.c.role,
        *_UNIT,
        deliveries.c.channel,
        deliveries.c.state,
        deliveries.c.error,
        deliveries.c.sent_at,
        deliveries.c.acknowledged_at,
    )
    joined = deliveries.join(contacts).join(notices, notices.c.id == deliveries.c.notice_id).join(grants, role)
    placed = joined.outerjoin(units, units.c.id == grants.c.unit_id).outerjoin(_parents, _above())
    return select(*columns).select_from(placed).order_by(notices.c.number, deliveries.c.id, grants.c.id)


def _above() -> Any:
    return _parents.c.id == units.c.parent_id


def _complaint(row: Mapping[Any, Any], zone: tzinfo) -> dict[str, Any]:
    return {
        "number": row["number"],
        "kind": row["kind"],
        "source": row["source"],
        "unit": row["unit"],
        "part": _part(row),
        "category": row["category"],
        "what": row["what"],
        "staff": row["staff"],
        "happened_day": row["happened"][:10] if row["happened"] else None,
        "named": row["named"],
        "state": row["state"],
        "received": _moment(row["received_at"]),
        "decided": _moment(row["decided_at"]),
        "pieces": row["pieces"],
    }


def _visit(row: Mapping[Any, Any], zone: tzinfo) -> dict[str, Any]:
    return {
        "number": row["number"],
        "unit": row["unit"],
        "part": _part(row),
        "method": row["method"],
        "findings": row["findings"],
        "waited_minutes": row["waited_minutes"],
        "note": row["note"],
        "state": row["state"],
        "received_day": row["received_at"].astimezone(zone).date().isoformat(),
        "pieces": row["pieces"],
    }


def _delivery(row: Mapping[Any, Any], zone: tzinfo) -> dict[str, Any]:
    return {
        "id": row["id"],
        "channel": row["channel"],
        "urgency": row["urgency"],
        "state": row["state"],
        "attempts": row["attempts"],
        "error": row["error"],
        "created": _moment(row["created_at"]),
        "sent": _moment(row["sent_at"]),
    }


def _receipt(row: Mapping[Any, Any], zone: tzinfo) -> dict[str, Any]:
    return {
        "number": row["number"],
        "unit": row["unit"],
        "part": _part(row),
        "role": row["role"],
        "channel": row["channel"],
        "state": row["state"],
        "error": row["error"],
        "sent": _moment(row["sent_at"]),
        "acknowledged": _moment(row["acknowledged_at"]),
    }


_QUERIES = {"complaints": _complaints, "visits": _visits, "deliveries": _deliveries, "notices": _receipts}
_SHAPES = {"complaints": _complaint, "visits": _visit, "deliveries": _delivery, "notices": _receipt}
WHAT = tuple(_QUERIES)


def _part(row: Mapping[Any, Any]) -> str | None:
    """The window or section, where the report names one."""
    return row["own_name"] if row["own_name"] != row["unit"] else None


def _moment(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


# --- formats --------------------------------------------------------------------------------------------------------


def write_export(out: BinaryIO, form: str, what: str, found: Iterator[dict[str, Any]], words: Words) -> int:
    """Writes `jsonl` unchanged for programs, or `csv` or `xlsx` in words for people; returns the number of rows."""
    counted = 0

    def counting() -> Iterator[dict[str, Any]]:
        nonlocal counted
        for row in found:
            counted += 1
            yield row

    _WRITERS[form](out, COLUMNS[what], counting(), words)
    return counted


def _jsonl(out: BinaryIO, columns: Sequence[str], found: Iterator[dict[str, Any]], words: Words) -> None:
    for row in found:
        out.write(msgspec.json.encode(row) + b"\n")


def _csv(out: BinaryIO, columns: Sequence[str], found: Iterator[dict[str, Any]], words: Words) -> None:
    """Writes a CSV with a byte order mark, without which Excel garbles Chinese."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([words.heading(column) for column in columns])
    for row in found:
        writer.writerow([_inert(words.cell(column, row[column])) for column in columns])
    text.detach()


def _xlsx(out: BinaryIO, columns: Sequence[str], found: Iterator[dict[str, Any]], words: Words) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True})
    for x, column in enumerate(columns):
        sheet.write_string(0, x, words.heading(column), head)
        sheet.set_column(x, x, 60 if column in ("what", "findings", "note") else 16)
    sheet.freeze_panes(1, 0)
    for y, row in enumerate(found, 1):
        for x, column in enumerate(columns):
            value = words.cell(column, row[column])
            if isinstance(value, int):
                sheet.write_number(y, x, value)
            elif value is not None:
                sheet.write_string(y, x, value[:32_000])
    book.close()


_WRITERS = {"jsonl": _jsonl, "csv": _csv, "xlsx": _xlsx}
FORMS = tuple(_WRITERS)


def _inert(value: str | int | None) -> str | int | None:
    """The value, with an apostrophe in front of a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
