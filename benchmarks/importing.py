"""A whole sheet of cases, from the file to the cases: `python -m benchmarks.importing <folder> <url> <rows>`.

An XLSX as the office keeps one. It is read in a child, every cell is checked, what was read is kept until its clerk has
seen it, what was entered before is looked for, and all of it is entered in one transaction. Memory is what this takes
in the process that serves, and all that the child takes.
"""

from __future__ import annotations

import asyncio
import io
import json
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

import xlsxwriter

from benchmarks.cases import Words
from benchmarks.ours import program
from bot.build import Program
from services import cases, people
from services.cases import CATEGORIES, Course, label
from services.foundation.tables import Tables
from services.people import Grant, Role

HEADS = ("source", "kind", "number", "arrived", "unit", "category", "text", "happened", "name", "phone")


def main(folder: str, url: str, many: int) -> None:
    made = program(Path(folder), url)
    sheet = _sheet(made, many)
    clerk = made.acts.transact(people.add_person, "钱一", [Grant(Role.CLERK, None)])
    words, acts = cases.vocabulary(made.texts.values()), made.acts.by(clerk)
    before, began = _resident(resource.RUSAGE_SELF), time.perf_counter()
    rows = asyncio.run(Tables().rows(sheet, cases.LIMITS))
    checked = cases.check(rows, words, made.units, made.clock(), {})
    if not checked.fits:
        raise RuntimeError(f"{checked.wrong_rows} rows do not fit: {checked.wrong[0]}")
    import_id = acts.transact(cases.keep_sheet, checked, "benchmark.xlsx")
    acts.look(cases.already_here, checked.rows)
    entered = acts.transact(cases.enter_sheet, import_id, Course())
    spent = time.perf_counter() - began
    if len(entered.new) != many:
        raise RuntimeError(f"{len(entered.new)} of {many} were entered")
    took = _resident(resource.RUSAGE_SELF) - before + _resident(resource.RUSAGE_CHILDREN)
    print(json.dumps({"s": spent, "mib": took}))
    made.close()


def _sheet(made: Program, many: int) -> bytes:
    out, texts, words = io.BytesIO(), made.texts["zh"], Words(seed=13)
    heads = texts.of_page("cases", "sheet_column")
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page, today = book.add_worksheet(), made.clock().date()
    page.write_row(0, 0, [str(heads[name]) for name in HEADS])
    for n in range(many):
        day = today - timedelta(n % 300 + 1)
        told = {
            "source": label(texts, "source", "hotline"),
            "kind": label(texts, "kind", "complaint"),
            "number": f"12345-{n:06}",
            "arrived": day.isoformat(),
            "unit": made.units.units[n % len(made.units.units)].full_name,
            "category": label(texts, "category", CATEGORIES[n % len(CATEGORIES)]),
            "text": words.story(words.random.randrange(30, 200)),
            "happened": day.isoformat(),
            "name": "王小明" if n % 3 == 0 else "",
            "phone": f"138{n:08}" if n % 3 == 0 else "",
        }
        page.write_row(n + 1, 0, [told[name] for name in HEADS])
    book.close()
    return out.getvalue()


def _resident(whose: int) -> float:
    """MiB at the most so far."""
    return resource.getrusage(whose).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
