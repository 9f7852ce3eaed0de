"""The chat and every page of the bar as axe-core sees them, in both languages, on a phone and a desk, by day and night.

And what it does not look for: a label that breaks within a word, a number that does, a page with two names.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from bot.build import Program
from services import desk as desk_service
from services import people
from services.foundation.act import Act
from tests.drivers import axe
from tests.drivers.chat_page import Phone, asked, say, tap
from tests.drivers.console_browser import (
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
)
from tests.drivers.desk_pages import head_of, instruct
from tests.drivers.notice_desk import written
from tests.drivers.template_words import words
from tests.services.desk.test_hot import came_in
from web.colour_map import MEASURES
from web.site.site import PAGES

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser
BROKEN = """() => {
  const found = [];
  const labels = "button, .button, .chip, th, dt, label, summary, nav a, .tag, h1, h2, .number-of";
  for (const one of document.querySelectorAll(labels)) {
    if (!one.checkVisibility() || one.closest(".unseen")) continue;
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      for (const word of text.data.matchAll(/[A-Za-z’']+|[A-Z]?[0-9]{8}-[0-9]{4}/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const tops = new Set([...range.getClientRects()].filter(r => r.width > 0).map(r => Math.round(r.top)));
        if (tops.size > 1) found.push(`${word[0]} in ${one.textContent.trim().slice(0, 60)}`);
      }
    }
  }
  return found;
}"""


# Every fold is open. Of all people the first of each group are enough: a hundred are ten thousand elements alike.
OPEN = """() => {
  for (const one of document.querySelectorAll(".people > li:nth-child(n + 4)")) one.remove();
  for (const one of document.querySelectorAll("details")) one.open = true;
}"""


# In the view for older people: text below 18 px, and targets lower than 60.
SMALL = """() => {
  const all = [...document.querySelectorAll("body *")];
  const seen = all.filter(one => one.checkVisibility() && !one.closest(".unseen, .skip"));
  const says = one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const text = seen.filter(one => says(one) && parseFloat(getComputedStyle(one).fontSize) < 18);
  const low = seen.filter(one => one.matches("a, button, input") && one.getBoundingClientRect().height < 60);
  return [...text, ...low].map(one => one.outerHTML.slice(0, 60));
}"""


async def look(page: Page, where: str, *, by_night: bool = True) -> list[str]:
    """What is wrong with the page by day and by night."""
    found = [f"{where}: breaks {one}" for one in await page.evaluate(BROKEN)]
    found += [f"{where}: {one}" for one in await axe.findings(page)]
    if by_night:  # only the colours are others
        await page.emulate_media(color_scheme="dark")
        found += [f"{where} by night: {one}" for one in await axe.findings(page, only="color-contrast")]
        await page.emulate_media(color_scheme="light")
    if await too_wide(page):
        found.append(f"{where}: too wide")
    return found


async def test_axe_is_the_one_that_was_published() -> None:
    assert hashlib.sha256(axe.SCRIPT.read_bytes()).hexdigest() == axe.SHA256


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_page_of_the_console_has_a_serious_fault(
    program: Program, chromium: Browser, clock, language: str
) -> None:
    contact = somebody(program)
    file_some(program, contact, 12)
    clock.passes(minutes=1)
    case_id = await file_one_with_evidence(program, contact)
    file_visit(program, contact)
    duty = instruct(program, "clerk-1")
    notice, _ = await written(program)
    program.acts.by("clerk-1").transact(desk_service.add_tag, case_id, "重点企业 甲公司")
    for day, many in (("2026-08-03", 1), ("2026-09-03", 2), ("2026-10-03", 5)):
        program.acts.transact(came_in, day, many)
    found: list[str] = []
    async with desk(program) as address:
        page = await page_at(chromium, WIDE, bypass_csp=True)  # for axe, which is no script of ours
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/language/{language}?back=/console")
        paths = [one.path for one in PAGES]
        paths += [f"/console/report/{case_id}", f"/console/duty/{duty}", f"/console/notices/{notice}"]
        paths += ["/console/duties/new", "/console/notices/new", "/console/reports.print", "/console/people.print"]
        paths += [
            "/console/tags",
            "/console/figures?month=2026-10",
            *(f"/console/figures/map?of={of}" for of in MEASURES),
        ]
        for path in paths:
            found += await look_at_both(page, address, path, language)
        await page.context.clear_cookies()
        found += await look_at_both(page, address, "/console", f"{language}-door")
    assert found == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_page_for_everybody_has_a_serious_fault_nor_is_anything_small_in_large_text(
    program: Program, chromium: Browser, language: str
) -> None:
    found: list[str] = []
    program.acts.by("clerk-1").transact(_publish)
    async with desk(program) as address:
        page = await page_at(chromium, WIDE, bypass_csp=True)
        await page.goto(f"{address}/language/{language}?back=/")
        for view in "01":
            await page.goto(f"{address}/large/{view}?back=/")
            for path in ("/", "/track", "/published"):
                found += await look_at_both(page, address, path, f"{language}-large{view}")
                if view == "1":
                    found += [f"{path}: small {one}" for one in await page.evaluate(SMALL)]
    assert found == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_page_of_a_unit_has_a_serious_fault_nor_is_anything_small_in_large_text(
    program: Program, chromium: Browser, language: str
) -> None:
    duty, head, found = instruct(program, "clerk-1"), head_of(program, "gtj"), list[str]()
    code = program.acts.transact(people.issue_link, head, timedelta(days=1), to_page=True)
    async with desk(program) as address:
        page = await page_at(chromium, WIDE, bypass_csp=True)
        await page.goto(f"{address}/in/{code}")
        await page.wait_for_url("**/unit")
        await page.goto(f"{address}/language/{language}?back=/unit")
        for view in "01":
            await page.goto(f"{address}/large/{view}?back=/unit")
            for path in ("/unit", f"/unit/{duty}", f"/unit/{'0' * 20}"):
                found += await look_at_both(page, address, path, f"{language}-large{view}")
                if view == "1":
                    found += [f"{path}: small {one}" for one in await page.evaluate(SMALL)]
    assert found == []


def _publish(act: Act) -> None:
    month = desk_service.publishable(act.now.date())[0]
    desk_service.publish(act, month, desk_service.counted(act, month).seen)


async def look_at_both(page: Page, address: str, path: str, name: str) -> list[str]:
    """What is wrong with a page on a desk and on a phone, folds open."""
    found: list[str] = []
    await page.goto(address + path)
    await page.evaluate(OPEN)
    for device, size in (("a desk", WIDE), ("a phone", PHONE)):
        await page.set_viewport_size(size)
        found += await look(page, f"{path} on {device}", by_night=size == PHONE)
        await shot(page, f"axe-{path.strip('/').replace('/', '-')[:30]}-{size['width']}-{name}", full=False)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_each_page_has_one_name_everywhere(program: Program, chromium: Browser, language: str) -> None:
    async with desk(program) as address:
        page = await page_at(chromium, WIDE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/language/{language}?back=/console")
        for one in PAGES:
            await page.goto(address + one.path)
            name = words(language, "site")[f"nav_{one.name}"]
            await expect(page.locator(".bar nav a[aria-current]")).to_contain_text(name)
            await expect(page.locator("h1")).to_have_text(name)
            assert (await page.title()).startswith(f"{name} —")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_the_chat_has_no_serious_fault(phone: Phone, language: str, size) -> None:
    page = await phone(locale=language, viewport=size, bypass_csp=True)
    zh = language == "zh"
    found: list[str] = []
    await asked(page, "效能办" if zh else "Efficiency Office")
    found += await look(page, "menu")
    await tap(page, "我要反映问题" if zh else "Report a problem")
    await asked(page, "(1 / ")
    found += await look(page, "unit")
    await page.locator("#text").fill("gtj")
    await page.locator("#send").click()
    await page.locator("#log .it button", has_text="市国土局" if zh else "Land Bureau").last.click()
    await asked(page, "(2 / ")
    found += await look(page, "kind")
    await page.locator("#photos").set_input_files(
        [{"name": "x.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\0\3\0" + bytes(300)}]
    )
    await expect(page.locator(".tile.bad")).to_be_visible()
    found += await look(page, "refused file")
    await page.locator("#more").click()
    found += await look(page, "more")
    assert found == []


async def test_number_and_receipt_are_copied_by_one_tap_and_stay_on_one_line(phone: Phone) -> None:
    page = await phone(permissions=["clipboard-read", "clipboard-write"])
    await asked(page, "您好")
    await tap(page, "我要反映问题")
    await say(page, "gtj")
    await tap(page, "市国土局·办证窗口")
    await tap(page, "态度不好")
    await say(page, "周二上午十点到窗口，等了两个小时没有人理。")
    for _ in range(3):
        await tap(page, "跳过")
    await tap(page, "匿名，单位看不到您是谁")
    await tap(page, "提交")
    await asked(page, "查询码")
    number, receipt = await codes(page)
    for n, code in enumerate((number, receipt)):
        button = page.locator("#log .it").last.locator(".code").nth(n)
        box = await button.bounding_box()
        assert box
        assert box["height"] < 40
        await button.tap()
        await expect(button).to_have_class("quiet code copied")
        assert await page.evaluate("navigator.clipboard.readText()") == code


async def codes(page: Page) -> tuple[str, str]:
    number, receipt = await page.locator("#log .it").last.locator(".code").all_text_contents()
    return number.removesuffix("已复制"), receipt.removesuffix("已复制")


async def test_two_cards_of_one_unit_are_told_apart_by_their_numbers(program: Program, chromium: Browser) -> None:
    for _ in range(2):
        instruct(program, "clerk-1")
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(clerk_link(program, address))
        await page.goto(f"{address}/console/duties")
        heads = await page.locator(".item-head").all_inner_texts()
        assert len(heads) == len(set(heads)) == 2
