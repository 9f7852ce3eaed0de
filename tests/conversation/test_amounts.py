"""Whole numbers as people write them, with the unit that they add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.amounts import DAYS, MINUTES, WORKING_DAYS, read_amount

LENGTHS = {
    0: ["0", "０", "0分钟", "零"],
    5: ["5", "5 min", "五分钟"],
    10: ["十分钟", "10 minutes", "ten minutes"],
    15: ["一刻钟", "15分"],
    25: ["25", "25分钟左右", "大概25分钟", "about 25 minutes", "二十五", "等了25分钟"],
    30: ["３０", "半小时", "半个小时", "半个多小时", "三十分钟", "half an hour", "30分钟。", "0.5小时", "大约半个钟头"],
    45: ["三刻钟", "45m", "45 mins"],
    60: ["1小时", "１小时", "一小时", "1个小时", "一个钟头", "1 hour", "an hour", "1h", "等了一个多小时"],
    65: ["1小时零5分", "1小时5分钟", "1h5"],
    75: ["一小时一刻钟"],
    80: ["1小时20分钟", "一小时二十分", "1小时20", "1h20m", "1 hour 20 minutes", "1 hour and 20 minutes"],
    90: [
        "90分",
        "1个半小时",
        "一个半小时",
        "1小时半",
        "1.5小时",
        "1.5 hours",
        "an hour and a half",
        "1h30",
        "1 小时 30 分",
    ],
    120: ["2h", "两小时", "2个小时", "两个钟头", "two hours", "120", "一百二十分钟", "2 hrs"],
    1000: ["1,000", "1000分钟"],
}
NO_LENGTH = [
    "",
    "10点",
    "10点30",
    "1:30",
    "上午十点",
    "9点到10点",
    "20~30分钟",
    "1-2小时",
    "20分钟1小时",
    "半",
    "很久",
    "-5",
]
NO_LENGTH += [
    "25.5",
    "1小时1小时",
    "5元",
    "三个人",
    "2 people",
    "1个半",
    "forty",
    "9" * 5_000,
    "\x00",
    "1小时99999",
    "1天",
]
COUNTS = {3: ["3", "３", "三", "3人", "三个", "3 people"], 102: ["一百零二次", "102"], 1000: ["1,000", "１，０００"]}


@pytest.mark.parametrize(("said", "meant"), [(said, meant) for meant, many in LENGTHS.items() for said in many])
def test_a_length_of_time_in_minutes(said: str, meant: int) -> None:
    assert read_amount(said, MINUTES) == meant


@pytest.mark.parametrize("said", NO_LENGTH)
def test_what_is_no_length_of_time_is_asked_again(said: str) -> None:
    assert read_amount(said, MINUTES) is None


@pytest.mark.parametrize(("said", "meant"), [(said, meant) for meant, many in COUNTS.items() for said in many])
def test_a_count(said: str, meant: int) -> None:
    assert read_amount(said) == meant


@pytest.mark.parametrize("said", ["1小时", "10点", "2h", "2.5", "-5", "很久", "", "25分钟"])
def test_a_time_is_no_count(said: str) -> None:
    assert read_amount(said) is None


SPANS = {
    (DAYS, 3): ["3", "３", "三", "三天", "3天", "3 days", "three days", "再3天", "３天内"],
    (DAYS, 14): ["两周", "2个星期", "2 weeks", "两个礼拜", "14天"],
    (DAYS, 7): ["一周", "a week", "1周左右"],
    (DAYS, 15): ["半个月", "十五天", "半月", "再给半个月", "半个月内", "宽限半个月", "half a month"],
    (DAYS, 45): ["一个半月", "a month and a half"],
    (DAYS, 60): ["俩月", "两个月", "再要两个月"],
    (DAYS, 183): ["半年", "half a year"],
    (DAYS, 365): ["一年", "a year"],
    (DAYS, 30): ["一个月", "1 month", "30天"],
    (WORKING_DAYS, 3): ["3", "三天", "3个工作日", "三个工作日内", "3 working days", "three days"],
    (WORKING_DAYS, 20): ["一个月", "a month"],
    (WORKING_DAYS, 10): ["半个月", "a fortnight", "半个月内", "两周", "10个工作日", "2 weeks", "１０"],
}


@pytest.mark.parametrize(("unit", "meant", "said"), [(*key, said) for key, many in SPANS.items() for said in many])
def test_a_span_of_days(unit: str, meant: int, said: str) -> None:
    assert read_amount(said, unit) == meant


@pytest.mark.parametrize("said", ["", "-3", "3.5", "3小时", "30日", "周三", "很久", "3人", "99999天", "5 minutes"])
def test_what_is_no_span_of_days(said: str) -> None:
    assert read_amount(said, DAYS) is None
    assert read_amount(said, WORKING_DAYS) is None


@given(st.text(alphabet="一二两三十百半个多小时分钟刻左右 0123456789.:,hm-½²", max_size=14))
def test_no_text_raises(text: str) -> None:
    assert all((read_amount(text, unit) or 0) >= 0 for unit in (DAYS, WORKING_DAYS))
    assert read_amount(text, MINUTES) is None or read_amount(text, MINUTES) >= 0  # type: ignore[operator]
