"""Days and times as people write them. Now is Saturday 21 November 2026, 15:00."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.moments import read_moment
from templates import LANGUAGES, load_texts
from tests.drivers.talking import NOW

TEXTS = load_texts(lambda: NOW)

DAYS = {
    "2026-11-21": ["今天", "今日", "today", "11月21日", "21号", "周六", "星期六", "this morning", "0 days ago"],
    "2026-11-20": [
        "昨天",
        "昨日",
        "昨晚",
        "昨天下午",
        "昨天中午",
        "yesterday",
        "last night",
        "yesterday afternoon",
        "11月20日",
        "11月20号",
        "11-20",
        "11/20",
        "2026-11-20",
        "2026/11/20",
        "2026.11.20",
        "2026年11月20日",
        "今年11月20日",
        "十一月二十日",
        "20日",
        "二十号",
        "周五",
        "星期五",
        "礼拜五",
        "Friday",
        "fri",
        "on Friday",
        "20 Nov",
        "20 November",
        "20th of November",
        "November 20",
        "Nov 20, 2026",
        "Fri 20 Nov",
        "11月20日 周五",
        "11月20日（周五）",
        "昨天左右",
        "大概昨天",
    ],
    "2026-11-19": ["前天", "2天前", "两天前", "2 days ago"],
    "2026-11-18": ["大前天", "三天前", "3 days ago", "周三", "wed"],
    "2026-11-16": ["周一", "这周一", "本周一", "Monday"],
    "2026-11-13": ["上周五", "上个星期五", "last Friday"],
    "2026-11-15": ["周日", "星期天", "Sunday"],
    "2025-12-25": ["12月25日", "25 December", "去年12月25日"],
    "2024-02-29": ["2月29日", "29 February"],
}
TIMES = {
    "2026-11-20T20:00": [
        "昨晚八点",
        "昨晚8点",
        "昨天晚上八点",
        "昨天20:00",
        "昨天 20：00",
        "last night at 8",
        "yesterday 8 pm",
        "8pm yesterday",
    ],
    "2026-11-20T15:00": [
        "昨天下午三点",
        "昨天下午3点",
        "昨天15点",
        "昨天15时",
        "昨日下午3点钟",
        "yesterday at 3 pm",
        "yesterday 15:00",
        "3 pm on Friday",
        "yesterday around 3 in the afternoon",
        "周五下午三点左右",
        "11月20日 周五 15:00",
        "Fri 20 Nov 15:00",
        "2026-11-20T15:00",
        "2026-11-20 15:00:00",
    ],
    "2026-11-20T10:30": [
        "11月20日10点半",
        "11月20日上午十点半",
        "11月20日 10:30",
        "20 November 10:30",
        "20 Nov, 10:30 am",
        "昨天上午10点30分",
    ],
    "2026-11-20T09:15": ["昨天上午九点一刻", "昨天9:15"],
    "2026-11-20T12:30": ["昨天中午12点半", "昨天12:30"],
    "2026-11-20T13:00": ["昨天中午一点", "昨天下午1点"],
    "2026-11-20T02:00": ["昨天凌晨两点", "yesterday 2 am"],
    "2026-11-21T00:00": ["昨晚十二点", "昨天24点", "今天0点", "今天凌晨12点"],
    "2026-11-21T02:00": ["昨晚两点", "昨天夜里2点", "夜里两点", "凌晨2点"],
    "2026-11-21T15:00": ["刚才", "刚刚", "现在", "now", "just now", "下午三点", "15:00", "今天下午3点"],
    "2026-11-21T14:30": ["半小时前", "30分钟前", "30 minutes ago"],
    "2026-11-21T13:00": ["2小时前", "两个小时前", "2 hours ago"],
    "2026-11-17T10:00": ["周二上午十点", "Tuesday 10 am"],
}
NEVER = [
    "",
    "明天",
    "tomorrow",
    "以前",
    "不记得了",
    "11月31日",
    "2月30日",
    "13/45",
    "昨天25点",
    "昨天8:75",
    "十",
    "15",
    "99999999999",
    "2026",
    "may",
    "\x00",
    "零",
    "昨天" * 40,
    "上周",
    "20-20-20",
    "0000-00-00",
    "1000天前",
]


def pairs(spellings: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(said, meant) for meant, many in spellings.items() for said in many]


@pytest.mark.parametrize(("said", "meant"), pairs(DAYS))
def test_a_day(said: str, meant: str) -> None:
    assert read_moment(said, NOW) == meant


@pytest.mark.parametrize(("said", "meant"), pairs(TIMES))
def test_a_day_and_a_time(said: str, meant: str) -> None:
    assert read_moment(said, NOW) == f"{meant}+08:00"


@pytest.mark.parametrize("said", NEVER)
def test_no_moment(said: str) -> None:
    assert read_moment(said, NOW) is None


@given(ago=st.timedeltas(timedelta(0), timedelta(days=3_000)), language=st.sampled_from(LANGUAGES), day=st.booleans())
def test_whatever_we_write_ourselves_can_be_written_back(ago: timedelta, language: str, day: bool) -> None:
    moment = (NOW - ago).replace(second=0, microsecond=0)
    meant = moment.date() if day else moment
    assert read_moment(TEXTS[language].moment(meant), NOW) == (
        meant.isoformat(timespec="minutes") if isinstance(meant, datetime) else meant.isoformat()
    )


@given(st.text(alphabet="昨今明前上下午晚早周年月日号点半刻时分一二三十零两0123456789:：-/. apmfrinov", max_size=20))
def test_no_text_raises(text: str) -> None:
    meant = read_moment(text, NOW)
    assert meant is None or datetime.fromisoformat(meant)
