"""Lists on paper, as chromium prints them: every row of the filter, a head on every sheet, and nothing to tap."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.build import Program
from models.tables import units
from tests.drivers.console_browser import (
    LONG,
    PHONE,
    SHOTS,
    WIDE,
    clerk_link,
    desk,
    file_some,
    file_visit,
    page_at,
    shot,
    somebody,
    too_wide,
    troubles,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser


async def with_printer(chromium: Browser, size: ViewportSize) -> Page:
    """A page whose dialog for printing is not waited for."""
    page = await page_at(chromium, size)
    await page.add_init_script("window.print = () => { document.body.dataset.asked = 'yes'; }")
    return page


async def printed(page: Page, name: str) -> list[str]:
    """The sheets that leave the printer, as text; the PDF is kept for people to look at."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler is not installed: apt-get install poppler-utils")
    SHOTS.mkdir(parents=True, exist_ok=True)
    file = SHOTS / f"{name}.pdf"
    await page.pdf(path=file, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, timeout=60).stdout
    return text.decode().rstrip("\f").split("\f")


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_the_whole_inbox_on_paper(program: Program, chromium: Browser, clock, size) -> None:
    contact = somebody(program)
    program.database.transact(lambda tx: tx.execute(units.update().where(units.c.id == "gtj").values(name=LONG)))
    program.load_units()
    file_some(program, contact, 120)
    clock.passes(minutes=1)
    file_visit(program, contact)
    async with desk(program) as address:
        page = await with_printer(chromium, size)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console?kind=complaint")
        await page.locator("summary", has_text="下载和打印").click()
        await shot(page, f"leaving-{size['width']}", full=False)
        assert not await too_wide(page)
        await page.get_by_role("link", name="打印").click()
        await expect(page.locator("h1")).to_have_text("来件")
        await expect(page.locator("body[data-asked=yes]")).to_be_visible()
        await shot(page, f"paper-{size['width']}", full=False)
        assert not await too_wide(page)
        sheets = await printed(page, f"inbox-{size['width']}")
        numbers = re.findall(r"\b\d{8}-\d{4}\b", "".join(sheets))
        assert len(numbers) == len(set(numbers)) == 120
        assert "共 120 行" in sheets[0]
        assert "投诉" in sheets[0].partition("编号")[0]  # the filter
        for n, sheet in enumerate(sheets, 1):
            assert "编号" in sheet  # cards of a phone are a table on paper, and its head is on every sheet
            assert re.search(rf"\b{n} ?/ ?{len(sheets)}\b", sheet)
            for control in ("退出", "返回列表", "下载", "English", "督办"):
                assert control not in sheet
        await page.locator("#back").click()
        await expect(page).to_have_url(f"{address}/console?kind=complaint")
        assert troubles(page) == []


async def test_keys_that_print_lead_to_the_whole_list_and_the_menu_prints_what_is_shown(
    program: Program, chromium: Browser
) -> None:
    file_some(program, somebody(program), 60)
    async with desk(program) as address:
        page = await with_printer(chromium, WIDE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console")
        sheets = await printed(page, "inbox-as-shown")
        assert len(re.findall(r"\d{8}-\d{4}", "".join(sheets))) == 50
        assert "来件" in sheets[0]
        assert not re.search("筛选|搜索|更早的|下载", "".join(sheets))
        await page.keyboard.press("Control+p")
        await expect(page).to_have_url(f"{address}/console/reports.print")
        await page.goto(f"{address}/console")
        await page.locator(".item").first.click()
        await expect(page.locator("#report h1")).to_be_visible()
        sheets = await printed(page, "report-with-list")
        assert len(set(re.findall(r"\d{8}-\d{4}", "".join(sheets)))) == 1  # the report that is open, not the list


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_every_list_leads_to_its_paper(program: Program, chromium: Browser, size) -> None:
    async with desk(program) as address:
        page = await with_printer(chromium, size)
        await page.goto(clerk_link(program, address))
        for name in ("reports", "duties", "notices", "people", "quarantine"):
            await page.goto(f"{address}/console/{name}.print")
            await shot(page, f"paper-{name}-{size['width']}", full=False)
            assert not await too_wide(page), name
            await expect(page.locator("h1")).to_be_visible()
            [*sheets] = await printed(page, f"paper-{name}")
            assert "/" in sheets[0]
            await page.locator("#back").click()
            assert ".print" not in page.url
        assert troubles(page) == []
