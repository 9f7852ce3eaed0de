"""Obligations, the calendar and the people's numbers in headless chromium, on a phone and on a wide screen."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from bot.build import Program
from models.database import DatabaseAway
from models.tables import units
from services import obligations, people
from services.desk import KINDS
from services.foundation.act import Act
from services.people import Contact, Grant, Role
from services.units import NewUnit, add_units
from tests.drivers.console_browser import (
    LONG,
    PHONE,
    WIDE,
    clerk_link,
    desk,
    file_one_with_evidence,
    page_at,
    shot,
    somebody,
    too_wide,
    troubles,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser

ASKED = "请核实窗口值守情况\uff0c书面说明处理结果。"


def hand_over(program: Program, unit_id: str, days: int) -> str:
    return program.acts.by("0" * 20).transact(
        obligations.hand_over, KINDS, unit_id=unit_id, kind="instruction", asked=ASKED, due=None, working_days=days
    )


def head_at(program: Program, unit_id: str) -> Contact:
    """The head of a unit, bound to an account."""
    [person_id] = program.acts.look(people.heads_of, [unit_id])[unit_id]
    account = somebody(program, "head")
    program.acts.transact(people.bind_contact, account.id, person_id)
    return Contact(account.id, account.channel, account.language, person_id)


async def test_a_case_is_handed_over_on_a_phone(program: Program, chromium: Browser) -> None:
    case_id = await file_one_with_evidence(program, somebody(program))
    head_at(program, "gtj")
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console")
        await page.locator(f"a[href*='{case_id}']").click()
        form = page.locator("#hand")
        await form.locator("summary").click()
        await expect(page.locator("#hand-unit")).to_have_value("gtj")  # of its window, which has no head
        await expect(page.locator("#hand-due")).to_have_text("到期\uff1a12月11日 周五 18:00")
        await page.locator("#hand-days").fill("3")
        await expect(page.locator("#hand-due")).to_have_text("到期\uff1a11月25日 周三 18:00")
        await page.locator("#hand-date").fill("2026-11-29")
        await expect(page.locator("#hand-due")).to_contain_text("这一天不上班")
        await page.locator("#hand-date").fill("2026-11-01")
        await expect(page.locator("#hand-due")).to_contain_text("期限已经过去")
        await page.locator("#hand-unit-find").fill("huoxing")
        await expect(form.get_by_text("没有找到")).to_be_visible()
        await page.locator("#hand-unit-find").fill("gtj")
        await expect(page.locator("#hand-unit")).to_have_value("gtj")
        assert not await too_wide(page)
        await form.get_by_role("button", name="交办").click()
        await expect(form.get_by_role("alert")).to_contain_text("期限已经过去")
        await page.locator("#hand-date").fill("")
        await form.get_by_role("button", name="交办").click()
        await expect(page.get_by_role("status").filter(has_text="已交办")).to_be_visible()
        await page.locator("a[href^='/console/duty/']").click()
        await expect(page.locator("#report h1")).to_contain_text("市国土局")
        await expect(page.locator(".bar [aria-current]")).to_have_text("督办")
        await shot(page, "phone-obligation")
        assert not await too_wide(page)
        assert [line for line in troubles(page) if "422" not in line] == []


async def test_an_answer_is_sent_back_and_a_person_added_with_what_comes_next(
    program: Program, chromium: Browser
) -> None:
    program.database.transact(lambda tx: tx.execute(units.update().where(units.c.id == "gtj").values(name=LONG)))
    program.load_units()
    head, obligation_id = head_at(program, "gtj"), hand_over(program, "gtj", 2)
    program.acts.by(head.person_id or "").transact(obligations.answer, KINDS, head, obligation_id, "已办。", ())
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.wait_for_url("**/console/today")
        await page.goto(f"{address}/console/duties/new?unit=gtj")
        await expect(page.locator("[data-full-name]")).to_have_text(LONG)  # the list cuts it
        await page.locator("#hand-unit-find").fill("gaj")
        await expect(page.locator("[data-full-name]")).to_have_text("")
        assert not await too_wide(page)

        await page.goto(f"{address}/console/duty/{obligation_id}")
        await page.locator("summary", has_text="退回重办").click()
        form = page.locator("form[action$='/return']")
        await page.fill("#return-text", "请附证明材料")
        await page.fill("#return-date", "2027-11-28")
        await expect(page.locator("#return-due")).to_contain_text("很远")
        await page.fill("#return-date", "")
        await expect(page.locator("#return-due")).to_have_text("")
        await page.fill("#return-date", "2027-11-28")
        await form.get_by_role("button").click()
        await expect(page.get_by_role("alert")).to_contain_text("再点一次「退回」")
        await expect(page.get_by_role("alert")).to_be_in_viewport()
        assert not await too_wide(page)
        await form.get_by_role("button", name="退回", exact=True).click()
        await expect(page.get_by_role("status").filter(has_text="已退回")).to_be_visible()

        await page.goto(f"{address}/console/people")
        await page.locator("summary", has_text="添加人员").click()
        await page.locator("#name").fill("白小雨")
        await page.locator("form[action='/console/people'] input[value=liaison]").check()
        await page.locator("#units-new .choice:visible input").first.check()
        await page.get_by_role("button", name="添加", exact=True).click()
        told = page.get_by_role("status").filter(has_text="接下来生成一次性链接")
        await expect(told).to_be_in_viewport()
        await shot(page, "phone-person-added")
        await told.get_by_role("button").click()
        await expect(page.locator("h1")).to_have_text("白小雨的一次性链接")
        assert [line for line in troubles(page) if "422" not in line] == []


async def test_going_back_and_sending_again_hands_over_once(program: Program, chromium: Browser) -> None:
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.wait_for_url("**/console/today")
        handed: list[str] = []
        await page.goto(f"{address}/console/duties/new?unit=gtj")
        for text in (ASKED, ASKED, "另一件事，请书面报告。"):
            await page.fill("#hand-text", text)
            await page.fill("#hand-days", "3")
            await page.locator("main button.main").click()
            await page.wait_for_url("**/console/duty/*")
            await expect(page.get_by_role("status").filter(has_text="已交办")).to_be_visible()
            handed.append(page.url.partition("?")[0])
            await page.go_back()
            await page.wait_for_url("**/console/duties/new*")
        assert len(set(handed[:2])) == 1
        assert handed[2] != handed[0]
        assert troubles(page) == []


async def test_who_is_late_beside_the_list(program: Program, chromium: Browser, clock) -> None:
    def many_units(act: Act) -> None:
        add_units(act, [NewUnit(f"u{n}", f"市第{n}管理服务中心") for n in range(60)])
        for n in range(60):
            people.add_person(act, f"负责人{n}", [Grant(Role.HEAD, f"u{n}")])
        act.tx.execute(units.update().where(units.c.id == "gtj").values(name=LONG))

    program.acts.transact(many_units)
    program.load_units()
    head = head_at(program, "gtj")
    assert head.person_id
    obligation_id = hand_over(program, "gtj", 2)
    for unit in ("gtj", "gaj", *(f"u{n}" for n in range(60))):
        hand_over(program, unit, 2)
    late = hand_over(program, "gtj", 1)
    clock.passes(days=6)
    until = program.clock().date().replace(month=12, day=18)
    program.acts.by(head.person_id).transact(obligations.request_time, late, until, "经办人住院")
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        await page.goto(clerk_link(program, address))
        await page.get_by_role("link", name="督办", exact=True).click()
        await expect(page.locator(".pane-late h2")).to_contain_text("64 件\uff0c62 个单位")
        await expect(page.locator(".pane-late tbody th").first).to_contain_text(LONG)
        await shot(page, "wide-late", full=False)
        assert not await too_wide(page)
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.locator("#report h1")).to_contain_text(LONG)
        await expect(page.locator(".pane-list")).to_be_visible()
        await page.get_by_role("button", name="同意延期").click()
        await expect(page.get_by_role("status").filter(has_text="已同意延期")).to_be_visible()
        await expect(page.locator("dl.facts").first).to_contain_text("12月18日 周五 18:00")
        await page.goto(f"{address}/console/duties?state=late&unit=gtj")
        await expect(page.locator(".item")).to_have_count(2)
        await page.goto(f"{address}/console/duty/{obligation_id}?state=late")
        await page.emulate_media(color_scheme="dark")
        await shot(page, "wide-obligation-dark", full=False)
        await page.locator("summary", has_text="免办").click()
        await page.locator("#excuse-text").fill("不")
        await page.locator("#excuse-text").evaluate("field => field.removeAttribute('minlength')")
        await page.get_by_role("button", name=re.compile("免办")).click()
        await expect(page.get_by_role("alert")).to_contain_text("至少 2 个字")
        await expect(page.locator("#excuse-text")).to_have_value("不")
        await page.set_viewport_size(PHONE)
        assert not await too_wide(page)
        await page.goto(f"{address}/console/duties")
        await shot(page, "phone-late", full=False)
        assert not await too_wide(page)
        assert [line for line in troubles(page) if "422" not in line] == []


async def test_the_calendar_and_a_number_on_a_phone(program: Program, chromium: Browser) -> None:
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.get_by_role("link", name="日历").click()
        await page.locator("#day").fill("2026-12-24")
        await page.locator("#note").fill("全市统一放假")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_role("status")).to_contain_text("已经定下的期限不会自己变")
        await expect(page.locator(".own-day")).to_contain_text("全市统一放假")
        await expect(page.locator("td.own_free")).to_have_text(re.compile("24"))
        await shot(page, "phone-calendar")
        assert not await too_wide(page)
        await page.locator(".own-day summary", has_text="取消").click()
        await page.locator(".own-day").get_by_role("button", name="取消").click()
        await expect(page.locator(".own-day")).to_have_count(0)
        await page.get_by_role("link", name="人员").click()
        await page.locator("#q").fill("国土 负责")
        head = page.locator("li.card:visible")
        await head.locator("summary").click()
        await head.locator("input[type=tel]").fill("12345")
        await head.get_by_role("button", name="保存手机号").click()
        await expect(page.get_by_role("alert")).to_contain_text("11 位数字")
        await expect(page.get_by_role("alert")).to_be_in_viewport()
        await page.locator("[aria-invalid]").fill("13800138000")
        await page.locator("form.phone", has=page.locator("[aria-invalid]")).get_by_role("button").click()
        await expect(page.get_by_text("138****8000")).to_be_visible()
        assert not await too_wide(page)
        await page.locator("summary", has_text="添加人员").click()
        await page.locator("#name").fill("白小雨")
        await page.locator("form[action='/console/people'] input[value=head]").check()
        await page.locator("#units-new").get_by_label("市国土局", exact=True).check()
        await page.get_by_role("button", name="添加", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("市国土局已经有负责人\uff1a李卫东")
        await expect(page.get_by_role("alert")).to_be_in_viewport()
        await page.get_by_label("接任").check()
        await shot(page, "phone-takes-over")
        await page.get_by_role("button", name="添加", exact=True).click()
        await expect(page.locator("li.card", has_text="白小雨")).to_be_visible()
        assert [line for line in troubles(page) if "422" not in line] == []


async def test_what_was_typed_while_the_database_was_away_is_sent_again(
    program: Program, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise DatabaseAway("test")

    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.wait_for_url("**/console/today")
        await page.goto(f"{address}/console/duties/new?unit=gtj")
        await page.fill("#hand-text", ASKED)
        await page.fill("#hand-days", "3")
        monkeypatch.setattr(program.database, "write", away)
        await page.click("main button.main")
        await expect(page.locator("#unsaved")).to_have_value(ASKED)
        assert not await too_wide(page)
        await shot(page, "unsaved-phone")
        monkeypatch.undo()
        await page.click("main button.main")  # send again
        await page.wait_for_url("**/console/duty/*")
        await expect(page.locator("article")).to_contain_text(ASKED)
        assert [line for line in troubles(page) if "503" not in line] == []
