"""When it was, as people recall it: what is known roughly is taken as it was said, from the question to the list."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import oversight
from services.oversight import SheetWords
from tests.conftest import rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UP_TO_TIME = ("投诉", "市国土局", "跳过", "办事拖拉", "等了两个小时没有人理", "跳过")
AFTER = ("跳过", "1")


async def told(citizen: FakePerson, *said: str) -> str:
    for one in said:
        await citizen.says(one)
    return citizen.screen().text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("大概十月份", "10月"),
        ("前年", "2024年"),
        ("半个月前", "11月4日 周三 至 11月8日 周日"),
        ("去年底", "2025年11月1日 周六 至 2025年12月31日 周三"),
        ("10月中旬", "10月11日 周日 至 10月20日 周二"),
        ("11.20", "11月20日 周五"),
    ],
)
async def test_a_rough_time_is_shown_as_it_was_meant(citizen: FakePerson, said: str, read: str) -> None:
    assert f"时间  {read}\n" in await told(citizen, *UP_TO_TIME, said, *AFTER)


@pytest.mark.parametrize("said", ["记不清了", "忘了", "我不记得了", "想不起来"])
async def test_a_time_that_nobody_recalls_is_left_open(citizen: FakePerson, said: str) -> None:
    assert "时间  没填\n" in await told(citizen, *UP_TO_TIME, said, *AFTER)


async def test_a_time_that_is_hardly_meant_is_asked_again_with_what_to_write(citizen: FakePerson) -> None:
    asked = await told(citizen, *UP_TO_TIME, "2月29日")
    assert "2024年2月29日 周四，或 2020年2月29日 周六" in asked
    assert "例如「2024年2月29日」" in asked
    assert "1900 年太久远了" in await told(citizen, "1900-01-01")
    assert "大概的也行，例如：上个月、10月中旬、去年底" in await told(citizen, "有一回")
    assert "时间  2024年2月29日 周四\n" in await told(citizen, "2024年2月29日", *AFTER)


async def test_a_rough_time_stands_in_the_list_as_it_was_meant(program: Program, citizen: FakePerson) -> None:
    await told(citizen, *UP_TO_TIME, "大概十月份", *AFTER, "提交")
    assert rows(program, "cases")[0]["happened"] == "2026-10-01/2026-10-31"
    out, zone = io.BytesIO(), program.settings.zone
    words = SheetWords(program.texts["zh"], zone, "complaints")

    def write(tx: Any) -> int:
        found = oversight.export_rows(tx, program.vault, "complaints")
        return oversight.write_table(out, "csv", oversight.COLUMNS["complaints"], found, words)

    program.database.look(write)
    [row] = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
    assert row["发生时间"] == "'10月"  # without the mark Excel makes the first of October of it
