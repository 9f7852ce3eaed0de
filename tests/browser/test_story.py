"""The whole life of a complaint in one story: a citizen on a phone, a clerk at a desk, a head on a phone, in browsers.

It is filed, accepted, handed over, answered, closed, rated badly, put right, and rated once more. On both databases.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from bot.build import Program
from tests import conftest
from tests.conftest import rows
from tests.drivers.chat_page import asked, say, tap
from tests.drivers.console_browser import PHONE, WIDE, clerk_link, desk, page_at, shot, too_wide, troubles
from tests.drivers.desk_pages import head_of
from tests.web.conftest import link

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser
TOLD = "周二上午十点到窗口，等了两个小时没有人理。"
database_url = conftest.database_url  # both databases, unlike the rest of this folder
ASKED = "请核实窗口值守情况，书面说明处理结果。"


async def test_a_complaint_from_the_first_word_to_its_second_rating(program: Program, chromium: Browser) -> None:
    async with desk(program) as address:
        citizen = await page_at(chromium, PHONE, has_touch=True, is_mobile=True)
        clerk = await page_at(chromium, WIDE)
        head = await page_at(chromium, PHONE, has_touch=True, is_mobile=True)
        await clerk.goto(clerk_link(program, address))
        await head.goto(f"{address}/chat?start=k-{link(program, head_of(program, 'gtj'))}")
        await expect(head.get_by_role("button", name="我的督办事项")).to_be_visible()

        await files(citizen, address)
        await accepts_and_hands_over(clerk, address)
        await asked(citizen, "已经受理")
        await answers(head)
        await closes(clerk, address)
        await rates_badly(citizen)
        await puts_right(clerk, address)
        await rates_well(citizen)
        await sees_it_all(clerk, address)

        for page in (citizen, clerk, head):
            assert troubles(page) == []
            assert not await too_wide(page)
        for secret in ("两个小时", "十点"):
            await expect(head.locator("#log")).not_to_contain_text(secret)
    [case] = rows(program, "cases")
    assert (case["state"], case["kind"]) == ("closed", "complaint")
    given = sorted(rows(program, "ratings"), key=lambda row: str(row["round"]))
    assert [row["level"] for row in given] == ["dissatisfied", "satisfied"]


async def files(page: Page, address: str) -> None:
    await page.goto(f"{address}/chat?unit=gtj")
    await asked(page, "哪个窗口")
    await tap(page, "办证窗口")
    await tap(page, "态度不好")
    await say(page, TOLD)
    await tap(page, "跳过")
    await tap(page, "昨天")
    await tap(page, "跳过")
    await tap(page, "匿名，单位看不到您是谁")
    await asked(page, "请核对")
    await tap(page, "提交")
    await asked(page, "已收到，编号")
    await shot(page, "story-1-filed", full=False)


async def accepts_and_hands_over(page: Page, address: str) -> None:
    await page.goto(f"{address}/console")
    await page.locator(".item").first.click()
    await expect(page.locator("#report")).to_contain_text(TOLD)
    await page.locator("#report").get_by_role("button", name="受理", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="已受理")).to_be_visible()
    await page.locator("#hand > summary").click()
    await page.locator("#hand-text").fill(ASKED)
    await shot(page, "story-2-handed")
    await page.get_by_role("button", name="交办", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="已交办")).to_be_visible()


async def answers(page: Page) -> None:
    await expect(page.locator("#log")).to_contain_text(ASKED)
    await shot(page, "story-3-head", full=False)
    await tap(page, "现在答复")
    await say(page, "当天无人顶岗，已补办并当面致歉。")
    await tap(page, "跳过")
    await tap(page, "提交")
    await asked(page, "答复已交效能办")


async def closes(page: Page, address: str) -> None:
    await page.goto(f"{address}/console/duties")
    await page.locator(".item").filter(has_text="国土局").first.click()
    await expect(page.locator("#report")).to_contain_text("当天无人顶岗")
    await page.locator("#accept-text").fill("已核实，证件已补办，窗口安排了专人值守。")
    await page.get_by_role("button", name="通过，办结").click()
    await expect(page.get_by_role("status").filter(has_text="答复已发给来件人")).to_be_visible()
    await shot(page, "story-4-closed")


async def rates_badly(page: Page) -> None:
    await asked(page, "证件已补办")
    await tap(page, "评价")
    await tap(page, "没有解决")
    await tap(page, "不满意")
    await tap(page, "问题没解决")
    await tap(page, "完成")
    await asked(page, "已记下您对")
    await shot(page, "story-5-rated", full=False)


async def puts_right(page: Page, address: str) -> None:
    await page.goto(f"{address}/console")
    await page.locator(".item").first.click()
    await expect(page.locator("#report")).to_contain_text("不满意")
    await page.locator("#call-text").fill("已电话回访，证件送到家里，窗口负责人当面致歉。")
    await shot(page, "story-6-righted")
    await page.get_by_role("button", name="记为已整改并发出").click()
    await expect(page.get_by_role("status").filter(has_text="已记为整改")).to_be_visible()


async def rates_well(page: Page) -> None:
    await asked(page, "证件送到家里")
    await tap(page, "评价")
    await tap(page, "解决了")
    await tap(page, "满意")
    await asked(page, "已记下您对")


async def sees_it_all(page: Page, address: str) -> None:
    await page.reload()
    await expect(page.locator("#report")).to_contain_text("满意")
    await shot(page, "story-7-whole")
    await page.goto(f"{address}/console/figures")
    await expect(page.locator("main")).to_contain_text(re.compile("满意率"))
    await shot(page, "story-8-figures")
