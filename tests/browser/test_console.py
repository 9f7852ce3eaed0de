"""The desk in headless chromium, on a phone and on a wide screen."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from bot.build import Program
from channels.fake import FakePerson
from models.tables import units
from tests.drivers.console_browser import (
    LONG,
    PHONE,
    WIDE,
    clerk_link,
    desk,
    file_one_with_evidence,
    file_some,
    file_visit,
    page_at,
    shot,
    somebody,
    too_wide,
    troubles,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser


async def test_a_clerk_on_a_phone(program: Program, chromium: Browser, citizen: FakePerson, clock) -> None:
    await citizen.says("/menu")
    contact = somebody(program)
    file_some(program, contact, 3)
    clock.passes(minutes=5)
    case_id = await file_one_with_evidence(program, contact)
    async with desk(program) as address:
        page = await page_at(chromium, PHONE, permissions=["clipboard-read", "clipboard-write"])
        await page.goto(clerk_link(program, address))
        await expect(page).to_have_url(f"{address}/console/today")
        await page.goto(f"{address}/console")
        await shot(page, "phone-list", full=False)
        assert not await too_wide(page)
        await page.locator(f"a[href*='{case_id}']").click()
        await expect(page.locator("#report h1")).to_contain_text("市国土局·办证窗口")
        await expect(page.locator(".pane-list")).to_be_hidden()
        await shot(page, "phone-report")
        assert not await too_wide(page)
        await page.get_by_role("button", name="复制编号").click()
        await expect(page.get_by_role("button", name="已复制")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == await page.locator("#number").inner_text()
        await page.locator("a[data-light]").first.click()
        await expect(page.locator("#light img")).to_be_visible()
        await page.wait_for_function("document.querySelector('#light img').naturalWidth > 0")
        await shot(page, "phone-light", full=False)
        await page.keyboard.press("Escape")
        await page.locator("summary", has_text="询问来件人").click()
        await page.locator("#ask-text").fill("请问是几号窗口？")
        await page.get_by_role("button", name="发出询问").click()
        await expect(page.get_by_role("status").filter(has_text="询问已发给来件人")).to_be_visible()
        assert "请问是几号窗口？" in citizen.screen().text
        await page.locator("#decide-text").fill("不办")
        await page.get_by_role("button", name="不受理").click()
        await expect(page.get_by_role("alert")).to_contain_text("至少 5 个字")
        await shot(page, "phone-wrong")
        await page.reload()
        await expect(page).to_have_url(re.compile(rf"/console/report/{case_id}$"))
        await expect(page.get_by_role("alert")).to_have_count(0)
        await page.get_by_role("button", name="受理", exact=True).click()
        await expect(page.get_by_role("status").filter(has_text="已受理")).to_be_visible()
        await page.locator("#back").click()
        await expect(page.locator(".item")).to_have_count(4)
        assert [line for line in troubles(page) if "422" not in line] == []


async def test_a_short_page_fills_the_window(program: Program, chromium: Browser) -> None:
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        await page.goto(clerk_link(program, address))
        await expect(page).to_have_url(f"{address}/console/today")
        for empty in ("/console", "/console/duties", "/console/notices"):
            await page.goto(address + empty)
            desk_ends, foot_begins, foot_ends = await page.evaluate(
                "[['.desk', 'bottom'], ['.foot', 'top'], ['.foot', 'bottom']]"
                ".map(([what, side]) => Math.round(document.querySelector(what).getBoundingClientRect()[side]))"
            )
            assert (desk_ends, foot_ends) == (foot_begins, WIDE["height"]), empty
        await page.goto(f"{address}/language/en?back=/console/duties/new")
        label = page.locator("label[for=hand-days]")
        await expect(label).to_have_text("Working days to answer in")
        assert await label.evaluate("label => label.getClientRects().length && label.clientHeight < 40")
        assert troubles(page) == []


async def test_the_list_beside_the_report(program: Program, chromium: Browser, clock) -> None:
    contact = somebody(program)
    program.database.transact(lambda tx: tx.execute(units.update().where(units.c.id == "gtj").values(name=LONG)))
    program.load_units()
    file_some(program, contact, 300)
    clock.passes(minutes=1)
    file_visit(program, contact)
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console")
        await expect(page.locator(".item")).to_have_count(50)
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
        await expect(page.locator("#report h1")).to_contain_text(f"{LONG}·办证窗口")
        await expect(page.locator(".pane-list")).to_be_visible()
        await shot(page, "wide-visit", full=False)
        await page.keyboard.press("/")
        await page.keyboard.type("服务费 200")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"\?q="))
        await expect(page.locator(".item-text").first).to_contain_text("服务费")
        await page.go_back()
        await expect(page.locator("#report")).to_be_visible()
        await page.goto(f"{address}/console?unit=gtj&kind=complaint")
        await expect(page.locator(".item-unit").first).to_contain_text(LONG)
        await page.locator(".item").first.click()
        await shot(page, "wide-long", full=False)
        assert not await too_wide(page)
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await shot(page, "wide-keys", full=False)
        await page.keyboard.press("Escape")
        await page.emulate_media(media="print")
        await shot(page, "print")
        await page.emulate_media(media="screen", color_scheme="dark")
        await shot(page, "wide-dark", full=False)
        await page.set_viewport_size(PHONE)
        assert not await too_wide(page)
        await shot(page, "phone-long")
        await page.goto(f"{address}/console")
        clock.passes(minutes=1)
        file_some(program, contact, 0)
        file_visit(program, contact)
        await page.evaluate("look()")
        await expect(page.locator("#fresh")).to_have_text("有 1 件新来件，点这里刷新")
        await expect(page.locator(".item")).to_have_count(50)
        assert troubles(page) == []


async def test_people_quarantine_and_the_door(program: Program, chromium: Browser) -> None:
    await program.talk.refuse("telegram", "7", None, b'{"message": []}', "DecodeError")
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(f"{address}/console")
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()
        await shot(page, "phone-door", full=False)
        await page.goto(clerk_link(program, address))
        await page.get_by_role("link", name="没能处理的消息").click()
        await shot(page, "phone-quarantine", full=False)
        await page.get_by_role("link", name="查看原文").click()
        await page.get_by_label("用途").fill("查明原因")
        await shot(page, "phone-quarantine-purpose", full=False)
        await page.get_by_role("button", name="查看原文").click()
        await expect(page.locator("pre")).to_have_text('{"message": []}')
        await page.get_by_role("link", name="人员").click()
        assert not await too_wide(page)
        await page.locator("summary", has_text="添加人员").click()
        await shot(page, "phone-people", full=False)
        await expect(page.locator("li.card")).not_to_have_count(0)
        await expect(page.locator("li.card").first).to_be_hidden()
        await page.locator("#q").fill("国土 负责")
        await expect(page.locator("li.card:visible")).to_have_count(1)
        await expect(page.locator("li.card:visible strong")).to_have_text("李卫东")
        await page.locator("#q").fill("火星")
        await expect(page.locator("li.card:visible")).to_have_count(0)
        await expect(page.get_by_text("没有找到。换个写法再试")).to_be_visible()
        await page.locator("#q").fill("")
        await shot(page, "phone-people-open", full=False)
        assert not await too_wide(page)
        await page.locator("#name").fill("白小雨")
        await page.locator("form[action='/console/people'] input[value=supervisor]").check()
        for unit, found in (("gtj", "市国土局"), ("gsj", "市工商局")):
            await page.locator("#units-new-find").fill(unit)
            await page.locator("#units-new").get_by_label(found, exact=True).check()
        await page.get_by_role("button", name="添加", exact=True).click()
        new = page.locator("li.card", has_text="白小雨")
        await expect(new.locator(".grant")).to_have_count(2)
        await new.locator("summary").click()
        await expect(new.locator("fieldset.picker input[type=search]")).to_be_visible()
        await new.get_by_role("status").get_by_role("button", name="生成一次性链接").click()  # what comes next
        await expect(page.locator(".qr-box svg")).to_be_visible()
        await shot(page, "phone-link")
        assert not await too_wide(page)
        code = await page.locator("code.code").text_content()
        supervisor = await page_at(chromium, PHONE)
        await supervisor.goto(f"{address}/in/{code}")
        await expect(supervisor.get_by_text("已绑定，您是：监督员")).to_be_visible()
        await page.goto(f"{address}/language/en?back=/console/people")
        await expect(page.get_by_role("heading", name="People")).to_be_visible()
        await shot(page, "phone-people-en", full=False)
        assert [line for line in troubles(page) if "401" not in line] == []


async def test_from_report_to_decision_to_the_next_by_keys(
    program: Program, chromium: Browser, citizen: FakePerson
) -> None:
    await citizen.says("/menu")
    file_some(program, somebody(program), 3)
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console")
        await page.locator(".item").nth(1).click()
        await expect(page.locator("#decide-text")).to_be_visible()
        await page.keyboard.press("d")
        await expect(page.locator("#decide-text")).to_be_focused()
        await page.keyboard.type("不属于受理范围 n")
        await page.keyboard.press("Escape")
        await expect(page.locator("#decide-text")).not_to_be_focused()
        await page.get_by_role("button", name="不受理").click()
        await expect(page.get_by_role("status").filter(has_text="已告知来件人")).to_be_visible()
        before = await page.locator("#number").inner_text()
        await page.mouse.wheel(0, 2000)
        await expect(page.locator("#number")).to_be_in_viewport()
        await page.keyboard.press("n")
        await expect(page.locator("#number")).not_to_have_text(before)
        await expect(page.locator("#decide-text")).to_have_value("")
        await page.emulate_media(media="print")
        assert await page.evaluate("getComputedStyle(document.querySelector('#report > header')).position") == "static"
        assert troubles(page) == []
