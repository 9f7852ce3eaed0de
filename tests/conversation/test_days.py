"""Days that lie ahead, as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from conversation.days import read_day

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12月10日", "2026-12-10"),
        ("12月10号前", "2026-12-10"),
        ("十二月十日", "2026-12-10"),
        ("12/10", "2026-12-10"),
        ("12月10日 周四", "2026-12-10"),
        ("延到12月10日", "2026-12-10"),
        ("2027-01-05", "2027-01-05"),
        ("2027年1月5日", "2027-01-05"),
        ("1月5日", "2027-01-05"),
        ("30日", "2026-11-30"),
        ("5号", "2026-12-05"),
        ("明天", "2026-11-22"),
        ("后天", "2026-11-23"),
        ("周五", "2026-11-27"),
        ("下周五", "2026-11-27"),
        ("下个星期一", "2026-11-23"),
        ("三天", "2026-11-24"),
        ("再3天", "2026-11-24"),
        ("两周后", "2026-12-05"),
        ("半个月以后", "2026-12-06"),
        ("2 weeks from now", "2026-12-05"),
        ("10 December", "2026-12-10"),
        ("by 10 Dec", "2026-12-10"),
        ("December 10th", "2026-12-10"),
        ("Thu 10 Dec", "2026-12-10"),
        ("next Friday", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("in 3 days", "2026-11-24"),
        ("tomorrow", "2026-11-22"),
        ("１２月１０日", "2026-12-10"),
    ],
)
def test_a_day_ahead_is_understood(said: str, meant: str) -> None:
    assert read_day(said, SATURDAY) == date.fromisoformat(meant)


@pytest.mark.parametrize("said", ["昨天", "11月20日", "yesterday", "20 November"])
def test_a_day_that_has_just_passed_is_not_taken_for_one_in_a_year(said: str) -> None:
    assert read_day(said, SATURDAY) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "said", ["", "看天气", "2月30日", "13月1日", "9999年12月32日", "maybe", "12月10日还是11日", "1" * 50]
)
def test_anything_else_is_no_day(said: str) -> None:
    assert read_day(said, SATURDAY) is None


@pytest.mark.parametrize(
    ("today", "said", "meant"),
    [
        ("2026-12-28", "1月5日", "2027-01-05"),
        ("2026-12-31", "明天", "2027-01-01"),
        ("2027-03-01", "2月29日", "2028-02-29"),
        ("2028-02-28", "29日", "2028-02-29"),
        ("2027-01-30", "30日", "2027-01-30"),
        ("2027-01-31", "30日", "2027-03-30"),
    ],
)
def test_year_ends_and_leap_days(today: str, said: str, meant: str) -> None:
    assert read_day(said, date.fromisoformat(today)) == date.fromisoformat(meant)
