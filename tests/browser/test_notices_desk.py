"""Notices in headless chromium: a time that is filled in counts, and the page of one on its way never lies."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Dialog, Locator, Page, expect
from sqlalchemy import update

from bot.build import Program
from models.tables import deliveries
from services import notices, people
from services.notices import Audience, Written
from services.people import Grant, Role
from tests.drivers.console_browser import PHONE, WIDE, clerk_link, desk, page_at, shot, somebody, too_wide, troubles
from tests.drivers.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser

TEXT = "各单位请于周五前报送自查材料。"
MEANT = deliveries.c.urgency == "broadcast"


def heads(program: Program) -> list[str]:
    """Three heads with a chat account each: the accounts' ids."""
    found = []
    for n, unit in enumerate(("gtj", "jtj", "wsj")):
        account = somebody(program, f"head-{n}")
        mine = program.acts.transact(people.add_person, f"局长{n}", [Grant(Role.HEAD, unit)])
        program.acts.transact(people.bind_contact, account.id, mine)
        found.append(account.id)
    return found


def become(program: Program, state: str, *contact_ids: str) -> None:
    change = update(deliveries).where(MEANT)
    mine = change.where(deliveries.c.contact_id.in_(contact_ids)) if contact_ids else change
    program.database.transact(lambda tx: tx.execute(mine.values(state=state)))


async def stays(page: Page, way_out: Locator) -> bool:
    """Whether the way out asks first, and leads nowhere for somebody who wants to stay."""
    before, asked = page.url, asyncio.Queue[str]()

    async def answered(dialog: Dialog) -> None:
        asked.put_nowait(dialog.type)
        await dialog.dismiss()

    page.once("dialog", answered)
    await way_out.click(no_wait_after=True)
    return await asyncio.wait_for(asked.get(), PATIENCE_SECONDS) == "beforeunload" and page.url == before


async def drafted(program: Program, page: Page, address: str) -> str:
    """The page of a new notice to the heads; returns its id."""
    await page.goto(clerk_link(program, address))
    await page.goto(f"{address}/console/notices/new")
    await page.get_by_label("通知正文").fill(TEXT)
    await page.get_by_label("单位负责人").check()
    await page.get_by_role("button", name="保存并预览").click()
    await expect(page.locator("#send")).to_be_visible()
    return page.url.rpartition("/")[2]


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_a_time_that_is_filled_in_is_the_time_it_goes(program: Program, chromium: Browser, size) -> None:
    heads(program)
    async with desk(program) as address:
        page = await page_at(chromium, size)
        await drafted(program, page, address)
        button = page.locator("#send button.main")
        await expect(button).to_have_text("发出 3 条")
        await page.locator("#send_at").fill("2026-11-21T18:00")
        await expect(page.get_by_label("定时", exact=True).first).to_be_checked()
        await expect(button).to_have_text("18:00 发出 3 条")
        await page.locator("#send_at").fill("2026-11-24T18:00")
        await expect(button).to_have_text("11月24日 周二 18:00 发出 3 条")
        await shot(page, f"notice-later-{size['width']}")
        await page.locator("#send_at").fill("2027-01-05T18:00")
        await expect(button).to_have_text("2027年1月5日 周二 18:00 发出 3 条")
        await page.get_by_label("现在", exact=True).check()
        await expect(page.locator("#send_at")).to_have_value("")
        await expect(button).to_have_text("发出 3 条")
        await page.locator("#send_at").fill("2026-11-24T18:00")
        await button.click()
        await expect(page.get_by_text("定于 11月24日 周二 18:00 发出")).to_be_visible()
        assert not await too_wide(page)
        assert troubles(page) == []


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_single_units_are_searched_and_ticked_and_none_is_lost(program: Program, chromium: Browser, size) -> None:
    heads(program)
    async with desk(program) as address:
        page = await page_at(chromium, size)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console/notices/new")
        await page.get_by_label("通知正文").fill(TEXT)
        units, told = page.locator("#units"), page.locator("#units [role=status]")
        await page.locator("#units-find").fill("gtj")
        await expect(units.get_by_label("市卫生局", exact=True)).to_be_hidden()
        await units.get_by_label("市国土局", exact=True).check()
        await page.locator("#units-find").fill("卫生")
        await units.get_by_label("市卫生局", exact=True).check()
        await expect(told).to_have_text("已选 2 个：市国土局、市卫生局")
        await page.locator("#units-find").press("Enter")  # looks, and sends nothing
        await page.locator("#units-find").fill("huoxing")
        await expect(told).to_have_text("没有找到，请换个写法。 已选 2 个：市国土局、市卫生局")
        await page.locator("#units-find").fill("")
        await shot(page, f"notice-units-{size['width']}")
        assert not await too_wide(page)
        assert await stays(page, page.get_by_role("link", name="取消"))
        await page.get_by_role("button", name="保存并预览").click()
        facts = page.locator("#audience .facts")
        await expect(facts).to_contain_text("市国土局")
        await expect(facts).to_contain_text("市卫生局")
        assert troubles(page) == []


async def test_the_page_of_a_notice_follows_it_to_the_end(program: Program, chromium: Browser) -> None:
    first, *others = heads(program)
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        notice_id = await drafted(program, page, address)
        await page.locator("#send button.main").click()
        head, again = page.locator("header h1").locator(".."), page.get_by_text("向没有签收的人再发一次")
        await expect(head).to_contain_text("发送中")
        await expect(again).to_have_count(0)
        await page.get_by_text("单位和人员的回执").click()
        become(program, "sent")
        await expect(head).to_contain_text("已发完")
        await expect(page.locator(".item[aria-current]")).to_contain_text("已发完")
        await expect(page.get_by_text("停止发送")).to_have_count(0)
        await expect(page.get_by_text("还有 3 条没有签收")).to_be_visible()
        program.acts.transact(notices.acknowledge, first, notice_id)
        await expect(page.get_by_text("还有 2 条没有签收")).to_be_visible()
        receipt = page.get_by_role("row", name="市国土局")
        await expect(receipt).to_contain_text("已签收")  # the table that was opened is still open
        await shot(page, "notice-done")
        await page.goto(f"{address}/language/en?back=/console/notices/{notice_id}")
        label = page.locator(".is-acknowledged dt")
        await expect(label).to_have_text("Acknowledged")
        heights = await label.evaluate("one => [one.clientHeight, parseFloat(getComputedStyle(one).lineHeight)]")
        assert heights[0] < 1.5 * heights[1], "the label stands beside its square, in one line"
        await page.goto(f"{address}/language/zh?back=/console/notices/{notice_id}")
        for one in others:
            program.acts.transact(notices.acknowledge, one, notice_id)
        await expect(again).to_have_count(0)
        assert troubles(page) == []


async def test_the_page_of_a_stopped_notice_ends_with_what_really_went(program: Program, chromium: Browser) -> None:
    first, *_ = heads(program)
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        notice_id = await drafted(program, page, address)
        await page.locator("#send button.main").click()
        become(program, "sending", first)
        await page.get_by_text("停止发送").click()
        await page.get_by_role("button", name="马上停止").click()
        await expect(page.locator(".is-sending dd")).to_have_text("1")
        await expect(page.locator(".is-aborted dd")).to_have_text("2")
        become(program, "sent", first)
        await expect(page.locator(".is-sending dd")).to_have_count(0)
        await expect(page.locator(".is-sent dd")).to_have_text("1")
        await expect(page.get_by_text("共 3 条，已发出 1 条")).to_be_visible()
        assert program.acts.look(notices.progress, notice_id).counts["aborted"] == 2
        assert not await too_wide(page)
        await shot(page, "notice-stopped-360")
        assert troubles(page) == []


async def test_many_units_long_names_and_files_fit_a_phone(program: Program, chromium: Browser) -> None:
    """In English, whose labels are the longest; units are told by their number, and shown when that is tapped."""
    heads(program)
    many = Audience(units=tuple(unit.id for unit in program.units.units[:12]))
    notice_id = program.acts.by("clerk-1").transact(notices.draft, Written({"zh": TEXT * 60, "en": TEXT}, many, True))
    stored = await program.store.clean_and_keep(b"x", documents=True)
    name = "关于进一步加强整改工作的通知" * 4 + ".txt"
    program.acts.by("clerk-1").transact(notices.attach, notice_id, name, stored)
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/language/en?back=/console/notices/{notice_id}")
        await expect(page.locator("#audience")).to_contain_text("12 units")
        await page.get_by_text("12 units").click()
        await expect(page.get_by_text("市国土局").first).to_be_visible()
        assert not await too_wide(page)
        for figure in await page.locator(".shot-screen").all():
            assert (await figure.bounding_box() or {})["height"] < PHONE["height"], "a long one is scrolled"
        await shot(page, "notice-long-360")
        assert troubles(page) == []


async def test_the_author_sees_that_a_colleague_has_released_it(program: Program, chromium: Browser) -> None:
    heads(program)
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        notice_id = await drafted(program, page, address)
        mine = program.acts.look(notices.look, notice_id)
        assert mine
        program.acts.by(mine.created_by).transact(notices.send, notice_id, mine.seen, None, second_clerk_above=2)
        await page.reload()
        await expect(page.get_by_text("已交给同事核对")).to_be_visible()
        waiting = program.acts.look(notices.look, notice_id)
        assert waiting
        program.acts.by("0" * 20).transact(notices.release, notice_id, waiting.seen, None)
        await expect(page.locator("#progress")).to_be_visible()
        assert troubles(page) == []
