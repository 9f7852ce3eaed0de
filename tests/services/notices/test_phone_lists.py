"""Lists of numbers are read as they are meant, and what cannot be read is told with its line."""

from __future__ import annotations

import io
import random
from collections import Counter

import openpyxl
import pytest

from media import DEFAULT_LIMITS, Refused, sheets
from services import notices
from services.foundation.refusal import Refusal
from services.notices.phone_lists import PhoneList


def read(data: bytes) -> PhoneList:
    return notices.read(sheets.rows(data, DEFAULT_LIMITS))


def test_a_damaged_or_locked_sheet_is_told_and_nothing_else_happens() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for n in range(30):
        book.worksheets[0].append(["某人", 13800138000 + n])
    book.save(out)
    whole = out.getvalue()
    assert len(read(whole).good) == 30
    locked, entry = bytearray(whole), whole.find(b"PK\x01\x02")
    while entry >= 0:  # the flag of a password, in each entry
        locked[entry + 8] |= 1
        entry = whole.find(b"PK\x01\x02", entry + 4)
    chance = random.Random(1)
    damaged = [bytearray(whole) for _ in range(200)]
    for data in damaged:
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    told: Counter[str] = Counter()
    for data in (locked, *damaged):
        try:
            told["read"] += bool(read(bytes(data)).good)
        except (Refused, Refusal) as error:
            told[error.code] += 1
    assert told["unreadable"] > 1
    assert set(told) <= {"read", "unreadable", "list_empty", "too_big"}


def test_a_formula_that_nobody_has_calculated_is_told_with_its_line() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for cells in (["手机"], ['="138"&"00138000"'], [13900139000], ["张三", "=B2"], [None], ["#N/A"]):
        book.worksheets[0].append(cells)
    book.save(out)
    found = read(out.getvalue())
    assert found.good == ("+8613900139000",)
    assert [(one.number, one.text) for one in found.bad] == [(2, '="138"&"00138000"'), (4, "张三 =B2"), (6, "#N/A")]


def test_a_long_list_is_read_whole_and_what_it_repeats_is_counted() -> None:
    numbers = [f"138{n:08d}" for n in range(30_000)]
    found = read("\n".join(f"{n},{one}" for n, one in enumerate(numbers + numbers[:10])).encode())
    assert (len(found.good), found.repeated, found.bad) == (30_000, 10, [])


@pytest.mark.parametrize("close", ["", '"'], ids=["open", "closed_299_lines_later"])
def test_a_lone_quotation_mark_takes_in_no_other_line(close: str) -> None:
    lines = [f"某人{n},138{n:08d}" for n in range(1000)]
    lines[500] = '"' + lines[500]
    lines[800] += close
    found = read("\n".join(lines).encode())
    assert (len(found.good), found.bad) == (1000, [])
    lines[500] = '"某人,12345'
    found = read("\n".join(lines).encode())
    assert (len(found.good), [(one.number, one.text) for one in found.bad]) == (999, [(501, "某人 12345")])


def test_quoted_cells_are_read_as_they_are_meant() -> None:
    table = '"姓名","手机"\n"张三,科长","138 0013 8000"\n"李四\n(代)",13900139000\n'
    found = read(table.encode())
    assert (found.good, [one.text for one in found.bad]) == (("+8613800138000", "+8613900139000"), ["李四"])


@pytest.mark.parametrize("between", [",", "，", "、", ";", "\t", " ", "/", " / ", "|"])
def test_all_numbers_of_a_line_are_taken(between: str) -> None:
    text = f"张三，13800138000{between}13900139000\n李四，13900139000\n"
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].append(["张三", f"13800138000{between}13900139000"])
    book.worksheets[0].append(["李四", 13900139000])
    book.save(out)
    for data in (text.encode(), out.getvalue()):
        found = read(data)
        assert (found.good, found.repeated, found.bad) == (("+8613800138000", "+8613900139000"), 1, [])
