"""Stretches of days as people say them, kept as roughly as they were said. Now is Saturday 21 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.spans import read_span
from templates import LANGUAGES, load_texts
from tests.drivers.talking import NOW

TODAY = NOW.date()
TEXTS = load_texts(lambda: NOW)
SPANS = {
    "2026-10-01/2026-10-31": [
        "大概十月份",
        "十月",
        "10月份左右",
        "2026年10月",
        "2026-10",
        "上个月",
        "上月",
        "一个月前",
        "October",
        "in October",
        "last October",
        "last month",
        "a month ago",
    ],
    "2025-12-01/2025-12-31": [
        "去年12月",
        "12月",
        "十二月份",
        "December",
        "December last year",
        "December 2025",
        "2025年12月份",
    ],
    "2026-10-01/2026-10-10": ["上个月初", "10月初", "十月上旬", "early October", "the beginning of last month"],
    "2026-10-11/2026-10-20": ["10月中旬", "上个月中旬", "mid October", "mid-October", "大概是10月中旬吧"],
    "2026-10-21/2026-10-31": ["上月底", "10月下旬", "月底", "late last month", "the end of October"],
    "2026-11-01/2026-11-10": ["月初", "本月初", "这个月上旬"],
    "2026-11-01/2026-11-21": ["本月", "这个月", "this month"],
    "2026-09-01/2026-10-31": ["9、10月份", "九月到十月", "一两个月前"],
    "2026-09-01/2026-09-30": ["两个月前", "2 months ago", "上上个月"],
    "2025-11-01/2025-12-31": ["去年底", "去年年底", "年底", "the end of last year", "late 2025"],
    "2026-01-01/2026-02-28": ["年初", "今年初", "今年年初", "early this year"],
    "2025-01-01/2025-12-31": ["去年", "2025年", "last year", "一年前", "a year ago"],
    "2024-01-01/2024-12-31": ["前年", "大概前年", "the year before last", "两年前", "two years ago"],
    "2026-01-01/2026-11-21": ["今年"],
    "2026-01-01/2026-06-30": ["上半年", "今年上半年"],
    "2026-06-01/2026-08-31": ["夏天", "今年夏天", "last summer", "summer 2026"],
    "2026-04-01/2026-06-30": ["半年前", "half a year ago"],
    "2026-11-14/2026-11-20": ["前几天", "几天前", "好几天前", "前些天", "a few days ago", "the other day"],
    "2026-11-18/2026-11-20": ["前两天", "a couple of days ago"],
    "2026-11-15/2026-11-21": ["这几天", "最近几天", "the last few days"],
    "2026-11-17/2026-11-18": ["三四天前", "3、4天前", "三到四天前", "three or four days ago"],
    "2026-11-04/2026-11-08": ["半个月前", "大概半个月以前", "half a month ago"],
    "2026-11-02/2026-11-10": ["十几天前"],
    "2026-11-09/2026-11-15": ["上周", "上个星期", "上礼拜", "last week"],
    "2026-11-14/2026-11-15": ["上周末", "last weekend"],
    "2026-10-01/2026-10-07": ["国庆期间", "国庆假期", "十一长假", "国庆节那几天", "the National Day holiday"],
    "2025-01-29/2025-02-04": ["去年春节期间"],
    "2026-09-28/2026-10-04": ["国庆前后"],
    "2026-11-03/2026-11-05": ["11月3日到5日", "11月3号至11月5号", "3号到5号", "11月3日-5日"],
    "2026-11-16/2026-11-18": ["周一到周三"],
    "2026-11-20": ["昨天三四点", "昨天下午三四点钟"],
    "2026-11-21": ["几个小时前", "周末", "this weekend"],
    "2026-12-01/2026-12-10": ["2026年12月初"],
}
NEVER = [
    "",
    "以前",
    "很久以前",
    "前段时间",
    "2026",
    "13月",
    "0月",
    "20-20",
    "月",
    "年",
    "天",
    "周",
    "底",
    "maybe",
    "5日到3日",
    "11月3日到99日",
    "3到4前",
    "9999年9999年",
    "上" * 39,
]


@pytest.mark.parametrize(("said", "meant"), [(said, meant) for meant, many in SPANS.items() for said in many])
def test_a_stretch_of_days(said: str, meant: str) -> None:
    assert read_span(said, TODAY) == meant


@pytest.mark.parametrize("said", NEVER)
def test_no_stretch_of_days(said: str) -> None:
    assert read_span(said, TODAY) is None


@given(
    ago=st.integers(1, 3_000),
    days=st.integers(1, 400),
    whole=st.sampled_from(("", "month", "year")),
    n=st.integers(0, 1),
)
def test_whatever_we_write_ourselves_can_be_written_back(ago: int, days: int, whole: str, n: int) -> None:
    first = TODAY - timedelta(ago)
    last = min(first + timedelta(days), TODAY)
    if whole:
        first = first.replace(day=1, month=1 if whole == "year" else first.month, year=first.year - (whole == "year"))
        last = date(first.year + (first.month == 12), first.month % 12 + 1, 1) - timedelta(1)
        last = first.replace(month=12, day=31) if whole == "year" else min(last, TODAY)
    span = f"{first}/{last}"
    assert read_span(TEXTS[LANGUAGES[n]].moment(span), TODAY) == span


@given(st.text(alphabet="前几两三天周月年初中旬底上下半个到至国庆期间大概去今0123456789-年lastmonhfe ", max_size=20))
def test_no_text_raises(text: str) -> None:
    found = read_span(text, TODAY)
    assert found is None or all(map(date.fromisoformat, found.split("/")))
