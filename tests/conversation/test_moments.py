"""Days and times as people write them. Now is Saturday 21 November 2026, 15:00."""

from __future__ import annotations

from datetime import datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.moments import read_moment, read_moments
from templates import LANGUAGES, load_texts
from tests.drivers.talking import NOW

TEXTS = load_texts(lambda: NOW)

DAYS = {
    "2026-11-21": ["今天", "今日", "today", "11月21日", "21号", "周六", "星期六", "this morning", "0 days ago"],
    "2026-11-20": [
        "昨儿",
        "20/11/2026",
        "11/20/2026",
        "20-11-2026",
        "Nov 20",
        "２０２６．１１．２０",
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
        "好像是昨天",
        "昨天的事",
        "11.20",
        "11.20左右",
        "昨天一大早",
    ],
    "2026-11-19": ["前天", "2天前", "两天前", "2 days ago"],
    "2026-11-07": ["两个礼拜前", "2周前", "两星期之前", "two weeks ago", "2 weeks ago"],
    "2026-11-14": ["一周前", "a week ago", "one week ago"],
    "2026-11-03": ["本月3号", "这个月三号"],
    "2026-10-25": ["上月25号", "上个月25日", "上个月二十五号", "25日", "25/10/2026", "10/25/2026", "25.10.2026"],
    "2026-09-25": ["上上个月25号", "中秋节", "中秋"],
    "2026-11-09": ["上周一", "上个星期一"],
    "2026-11-02": ["上上周一", "上上个礼拜一"],
    "2026-10-01": ["国庆节", "国庆", "十一黄金周", "国庆那天", "National Day", "今年国庆节"],
    "2025-10-01": ["去年国庆", "2025年国庆节"],
    "2026-01-01": ["元旦", "元旦节", "New Year's Day"],
    "2026-02-17": ["春节", "大年初一", "今年春节", "Spring Festival"],
    "2025-01-29": ["去年春节"],
    "2026-02-16": ["除夕", "大年三十"],
    "2026-02-19": ["大年初三"],
    "2026-04-05": ["清明", "清明节"],
    "2026-05-01": ["五一", "五一节", "劳动节", "Labour Day"],
    "2026-06-19": ["端午节"],
    "2024-05-01": ["前年五一", "2024年5月1日"],
    "2026-11-18": ["大前天", "三天前", "3 days ago", "周三", "wed"],
    "2026-11-16": ["周一", "这周一", "本周一", "Monday"],
    "2026-11-13": ["上周五", "上个星期五", "last Friday"],
    "2026-11-15": ["周日", "星期天", "Sunday"],
    "2025-12-25": ["12月25日", "25 December", "去年12月25日"],
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
    "2026-11-19T15:30": ["前天下午三点半", "the day before yesterday at 3:30 pm"],
    "2026-10-01T09:00": ["国庆节上午九点"],
    "2026-11-20T08:00": ["昨天早上8点多", "昨天一早八点多"],
    "2026-11-21T08:00": ["今早八点多", "今早8点左右"],
    "2026-11-21T01:00": ["昨天半夜一点"],
    "2026-11-21T14:45": ["一刻钟前"],
    "2026-11-21T14:00": ["1小时前", "an hour ago"],
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
    "2026-11-21T14:30": ["半小时前", "30分钟前", "30 minutes ago", "half an hour ago"],
    "2026-11-21T13:00": ["2小时前", "两个小时前", "2 hours ago", "two hours ago"],
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
    "上个月",
    "last month",
    "last week",
    "一个月前",
    "前几天",
    "32/13/2026",
    "上月31号半",
    "2051年春节",
    "国庆前后",
    "20-20-20",
    "0000-00-00",
    "1000天前",
    "三四天前",
    "昨天三四点",
    "两三个小时前",
    "2026.11.20.5",
]


EITHER = {
    "3/11/2026": ["2026-11-03", "2026-03-11"],
    "05/06/2026": ["2026-06-05", "2026-05-06"],
    "last Monday": ["2026-11-09", "2026-11-16"],
    "2月29日": ["2024-02-29", "2020-02-29"],
    "29 February": ["2024-02-29", "2020-02-29"],
    "last Monday at 10 am": ["2026-11-09T10:00+08:00", "2026-11-16T10:00+08:00"],
}


@pytest.mark.parametrize("said", EITHER)
def test_what_may_be_two_days_is_neither(said: str) -> None:
    assert read_moments(said, NOW) == EITHER[said]
    assert read_moment(said, NOW) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("春节", "Chinese New Year (Spring Festival)"),
        ("清明", "Tomb-Sweeping Day"),
        ("端午", "Dragon Boat Festival"),
        ("中秋节", "Mid-Autumn Festival"),
    ],
)
def test_a_feast_is_known_on_its_day_in_every_year(said: str, name: str) -> None:
    later = datetime(2051, 1, 1, tzinfo=NOW.tzinfo)
    for year in range(2020, 2051):
        feasts = holidays.country_holidays("CN", years=year, observed=False)
        first = min(day for day, named in feasts.items() if name in named.split("; "))
        assert read_moment(f"{year}年{said}", later) == first.isoformat()


@pytest.mark.parametrize(("said", "meant"), [("11/12/2026", "2026-11-12"), ("1/12/2026", "2026-01-12")])
def test_of_two_days_the_one_that_has_passed_is_meant(said: str, meant: str) -> None:
    assert read_moments(said, NOW) == [meant]


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
