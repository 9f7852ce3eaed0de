"""The State Council's notice: read as it is written, checked day by day, loaded whole or not at all."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier
from typing import Any

import openpyxl
import pytest

from bot.build import Program
from media import DEFAULT_LIMITS, sheets
from services import calendar
from services.calendar import Checked, Written
from services.foundation.refusal import Refusal
from tests.conftest import events, rows
from tests.drivers.holidays import NOTICE_2026, NOTICE_2027

HALF = {ord(full): half for full, half in zip("：，（）、０１２", ":,()、012", strict=True)}


def checked(program: Program, text: str, year: int = 2027) -> tuple[Checked, str]:
    reading = calendar.read_notice(text, calendar.year_of(text) or year)
    return program.acts.look(calendar.checked, reading, calendar.year_of(text) or year)


def problems(program: Program, *changes: tuple[str, str]) -> list[Any]:
    """What stands in the way of the notice of 2027 with something changed in it."""
    text = NOTICE_2027
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    found, _ = checked(program, text)
    assert not found.fits
    wrong = [(f"{one.day:%m-%d}", *one.problems) for one in found.days if one.wrong]
    return [*wrong, *found.unread, *found.miscounted, *(f"{day:%m-%d}" for day in found.missing)]


def load(program: Program, text: str) -> int:
    found, seen = checked(program, text)
    table = calendar.as_table(Written(one.day, one.works, one.name) for one in found.days)
    return program.acts.by("clerk").transact(calendar.load, table, found.year, seen)


@pytest.mark.parametrize(
    "text",
    [
        NOTICE_2026,
        NOTICE_2026.translate(HALF),
        NOTICE_2026.replace("至", "—").replace("1月1日", "1 月 1 日").replace("2026", "２０２６"),
        NOTICE_2026.replace("周", "星期"),
        NOTICE_2026.replace("。\n", "。"),
    ],
    ids=["as it stands", "half width", "blanks and dashes", "weekdays otherwise", "one paragraph"],
)
def test_the_real_notice_is_read_as_chinas_calendar_has_it(program: Program, text: str) -> None:
    found, _ = checked(program, text)
    assert (found.year, len(found.days), found.fits) == (2026, 39, True)
    assert [one.day for one in found.days if one.works != calendar.is_workday(one.day)] == []
    assert [one for one in found.days if one.changes] == []
    by_day = {one.day: one for one in found.days}
    festival = by_day[date(2026, 2, 15)]
    assert (festival.name, festival.weekday, festival.works) == ("春节", 6, False)


def test_a_notice_without_weekdays_is_read(program: Program) -> None:
    found, _ = checked(program, "2027年部分节假日安排\n一、元旦：1月1日至3日放假。1月9日上班。")
    assert [(one.day.day, one.works, one.weekday) for one in found.days] == [
        (1, False, None),
        (2, False, None),
        (3, False, None),
        (9, True, None),
    ]
    assert date(2027, 2, 6) in found.missing


def test_a_holiday_may_begin_in_the_year_before(program: Program) -> None:
    earlier = NOTICE_2027.replace("1月1日（周五）至3日（周日）", "2026年12月31日至2027年1月2日")
    found, _ = checked(program, earlier)
    assert found.fits
    assert found.days[0].day == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2月5日（农历除夕、周五）", "2月5日（农历除夕、周四）", [("02-05", "weekday")]),
        ("2月13日（周六）上班", "2月11日上班", [("02-11", "contradicts")]),
        ("2月13日（周六）上班", "2月22日（周一）上班", [("02-22", "ordinary")]),
        ("共5天", "共6天", [("劳动节", 6, 5)]),
        ("9月26日（周日）", "9月31日（周日）", ["9月31日(周日)、10月9日(周六)上班"]),
        ("6月9日（周三）放假，共1天", "6月9日（周三）", ["6月9日(周三)", "06-09"]),
        ("9月15日（周三）放假", "2028年9月15日（周五）放假", [("09-15", "out_of_year"), "09-15"]),
        ("六、中秋节：9月15日（周三）放假，共1天。", "", ["09-15"]),
        ("2月11日（农历正月初六、周四）", "2月11日", None),
        ("10月1日（周五）至7日", "10月1日（周五）至7月7日", None),
    ],
)
def test_what_is_wrong_is_named(program: Program, old: str, new: str, told: list[Any] | None) -> None:
    if told is None:
        old, new = old.replace("2月11日", "11日"), new.replace("2月11日", "30日")
        assert problems(program, (old, new))
    else:
        assert problems(program, (old, new)) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("5月8日（周六）上班", "5月8日（周六）上班。5月22日（周六）放假", {"rests": ["05-22"]}),
        ("2月13日（周六）上班", "3月6日（周六）上班", {"far_off": ["03-06"]}),
        (
            "2月5日（农历除夕、周五）至11日（农历正月初六、周四）放假调休，共7天",
            "2月5日（周五）至15日（周一）放假调休，共11天",
            None,
        ),
        ("（周一）放假，共3天", "（周一）放假，共3天", {}),
    ],
)
def test_what_is_rather_a_slip_is_loaded_only_when_it_was_confirmed(
    program: Program, old: str, new: str, told: dict[str, list[str]] | None
) -> None:
    text = NOTICE_2027.replace(old, new).replace(
        "、2月13日（周六）上班", "上班" if told is None else "、2月13日（周六）上班"
    )
    assert (text != NOTICE_2027) == (told != {})
    found, seen = checked(program, text)
    assert found.fits
    doubts = {code: [f"{day:%m-%d}" for day in days] for code, days in found.doubts.items()}
    assert doubts == ({"long": [f"02-{day:02}" for day in range(5, 16)]} if told is None else told)
    if told != {}:
        with pytest.raises(Refusal, match="unsure"):
            load(program, text)
    table = calendar.as_table(Written(one.day, one.works, one.name) for one in found.days)
    assert program.acts.by("clerk").transact(calendar.load, table, 2027, seen, sure=told != {}) == len(found.days)


def test_a_day_written_twice_counts_once(program: Program) -> None:
    found, _ = checked(program, NOTICE_2027 + "\n八、元旦：1月1日放假。")
    assert found.fits
    assert [one.problems for one in found.days if one.problems] == [["doubled"]]


@pytest.mark.parametrize("kind", ["csv", "gb18030", "xlsx"])
def test_a_table_is_read(kind: str) -> None:
    lines = [
        ("日期", "安排", "名称"),
        ("2027-01-01", "放假", "元旦"),
        ("2027/2/13", "上班", "春节"),
        ("2027年2月5日", "休", "春节"),
        ("2027-02-06", "也许", "春节"),
    ]
    if kind == "xlsx":
        book, out = openpyxl.Workbook(), io.BytesIO()
        assert book.active is not None
        for line in lines:
            book.active.append(line)
        book.active["A2"] = datetime(2027, 1, 1)
        book.save(out)
        data = out.getvalue()
    else:
        data = "\n".join(",".join(line) for line in lines).encode("utf-8-sig" if kind == "csv" else kind)
    reading = calendar.read_rows(sheets.rows(data, DEFAULT_LIMITS))
    assert [(str(one.day), one.works, one.name) for one in reading.days] == [
        ("2027-01-01", False, "元旦"),
        ("2027-02-13", True, "春节"),
        ("2027-02-05", False, "春节"),
    ]
    assert reading.unread == ["2027-02-06 也许 春节"]
    assert calendar.likely_year(reading) == 2027


def test_a_year_is_loaded_whole_and_counts_from_then_on(program: Program) -> None:
    program.acts.transact(calendar.set_day, date(2027, 2, 12), False, "市里放假")
    assert calendar.is_workday(date(2027, 2, 9))
    found, _ = checked(program, NOTICE_2027)
    assert load(program, NOTICE_2027) == len(found.days) == 33
    own = program.acts.look(calendar.own_days)
    assert not calendar.is_workday(date(2027, 2, 9), own)
    assert calendar.is_workday(date(2027, 2, 13), own)  # a Saturday
    assert not calendar.is_workday(date(2027, 2, 12), own)  # the office's own day wins
    assert calendar.workday_after(date(2027, 2, 4), 1, own) == date(2027, 2, 13)
    assert not program.acts.look(calendar.is_provisional, date(2027, 2, 9))
    assert program.acts.look(calendar.is_provisional, date(2028, 2, 9))
    event = events(program)[-1]
    assert (event["action"], event["subject"], event["actor"]) == ("holidays_loaded", "2027", "clerk")
    assert load(program, NOTICE_2027.replace("1月31日（周日）、", "")) == 32  # a later loading replaces the earlier
    program.acts.transact(calendar.unload, 2027)
    assert program.acts.look(calendar.own_days) == {date(2027, 2, 12): False}
    assert program.acts.look(calendar.is_provisional, date(2027, 2, 9))


@pytest.mark.parametrize("table", ["", "2027-01-01,free,元旦", "2027-01-01,free,元旦\n2027-02-30,free,春节", "\0"])
def test_nothing_is_loaded_by_halves(program: Program, table: str) -> None:
    with pytest.raises(Refusal) as refused:
        program.acts.transact(calendar.load, table, 2027, "none")
    assert refused.value.code in ("unfit", "list_unreadable")
    assert rows(program, "announced_days") == rows(program, "announced_years") == []


def test_of_two_clerks_at_once_one_loads_and_the_other_is_told(program: Program) -> None:
    both = Barrier(2)
    found, seen = checked(program, NOTICE_2027)
    table = calendar.as_table(Written(one.day, one.works, one.name) for one in found.days)

    def one_loads() -> str:
        both.wait(10)
        try:
            program.acts.by("clerk").transact(calendar.load, table, 2027, seen)
        except Refusal as refusal:
            return refusal.code
        return "loaded"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(one.result(60) for one in [pool.submit(one_loads) for _ in range(2)])
    assert told == ["changed", "loaded"]
    assert len(rows(program, "announced_days")) == 33
