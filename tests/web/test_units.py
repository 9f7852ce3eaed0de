"""The page of units: found, who is on duty there, and posters that open the dialogue with the unit filled in."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.conftest import events
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WINDOW = "/console/units/poster?unit=gtj-1"


async def test_units_are_listed_with_their_windows_and_found(clerk: Browser) -> None:
    page = await clerk.opens("/console/units")
    assert all(name in page for name in ("市国土局", "办证窗口", "不指定单位"))
    page = await clerk.opens("/console/units?q=gtj")
    assert "市国土局·办证窗口" in page
    assert "市供电局" not in page
    assert "没有找到" in await clerk.opens("/console/units?q=zzzzzzzz")


async def test_scanned_it_opens_the_dialogue_with_the_unit_and_tells_who_is_on_duty(
    clerk: Browser, citizen: FakePerson, program: Program
) -> None:
    page = await clerk.opens(WINDOW)
    [start] = re.findall(r"<bdi>http://127.0.0.1:8080/chat\?start=([^<]+)</bdi>", unescape(page))
    await clerk.sends("/console/units/duty", unit="gtj-1", duty=" 王值班长，二楼   3 号台 ")
    assert "已保存" in clerk.page
    assert "王值班长，二楼 3 号台" in await clerk.opens("/console/units")
    duty, asked = await citizen.says(f"/start {start}")
    assert duty.text == "这里的值班长：王值班长，二楼 3 号台。急事可以当场找值班长；在这里反映，效能办一样受理。"
    assert "属于哪一类" in asked.text
    assert ("duty_manager_set", "gtj-1") in [(one["action"], one["subject"]) for one in events(program)]


async def test_a_window_without_one_shows_its_units_and_nobody_where_nothing_is_entered(
    clerk: Browser, citizen: FakePerson
) -> None:
    await clerk.opens(WINDOW)
    await clerk.sends("/console/units/duty", unit="gtj", duty="总服务台")
    assert "总服务台" in (await citizen.says("/start u-gtj-2"))[0].text
    await citizen.says("/cancel")
    assert not any("值班长" in said.text for said in await citizen.says("/start u-gdj-1"))
    await clerk.sends("/console/units/duty", unit="gtj", duty="")
    await citizen.says("/cancel")
    assert not any("值班长" in said.text for said in await citizen.says("/start u-gtj-2"))


async def test_what_is_too_long_is_told_beside_the_field_and_kept(clerk: Browser) -> None:
    await clerk.opens(WINDOW)
    page = await clerk.sends("/console/units/duty", unit="gtj-1", duty="长" * 101)
    assert "最多 100 个字" in page
    assert "长" * 101 in page
    assert clerk.status == 422


async def test_a_campaign_has_its_own_heading_and_no_unit(clerk: Browser) -> None:
    page = unescape(await clerk.opens("/console/units/poster?heading=作风建设月&many=8&use=none"))
    assert "<bdi>http://127.0.0.1:8080/chat</bdi>" in page
    assert 'value="作风建设月"' in page
    assert "手机扫码打不开" in page
    assert "值班长</h2>" not in page
    assert (await clerk.client.get("/console/units/poster?unit=nowhere")).status == 404


async def test_the_sheet_is_given_as_pdf_and_picture(clerk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for form, begins in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        answer = await clerk.client.get(f"/console/units/poster.{form}?unit=gtj-1&many=4&save=1")
        assert (await answer.read()).startswith(begins)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="mingcha-gtj-1-4.{form}"'
    monkeypatch.setattr("media.ink.chinese_font", lambda: None)
    assert "没有中文字体" in await clerk.opens("/console/units/poster.png")
    assert clerk.status == 503
