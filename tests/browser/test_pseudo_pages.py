"""Every page in a language that is longer and runs from right to left: nothing is cut, nothing untranslated."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.build import Program, build
from migrations.run import migrate
from services.demo import start_demo
from tests.conftest import Clock, settings_for
from tests.drivers.console_browser import (
    PHONE,
    WIDE,
    clerk_link,
    desk,
    file_one_with_evidence,
    page_at,
    somebody,
    troubles,
)
from tests.drivers.pseudo import PSEUDO, spoken, untranslated
from web.site import assets

VALUE = re.compile(r"[0-9a-f]{20}|\?(?!q=none).*")  # what tells two pages of a kind apart
FILE = re.compile(r"/file/|/receipts|/evidence/|[.](csv|xlsx|pdf|png)\b")
SIDES = "(?:left|right)"
SIDED = re.compile(rf"(?:margin|padding|border|inset)-{SIDES}|text-align: {SIDES}|[{{;\s]{SIDES}: (?!50%)")
NONE_FOUND = ("/console?q=none", "/console/duties?q=none", "/console/people?q=none")
FEWEST = 16  # kinds of page that a clerk finds by following links
in_the_one_browser = pytest.mark.asyncio(loop_scope="session")
LOOK = """() => {
  const words = [], cut = [], width = document.documentElement.clientWidth;
  const attributes = ["aria-label", "alt", "title", "placeholder", "data-label", "data-words", "data-at", "data-gone"];
  for (const one of document.querySelectorAll("body *")) {
    for (const name of attributes) if (one.hasAttribute(name)) words.push(one.getAttribute(name));
    if (one.matches("script, style, noscript")) continue;
    const own = [...one.childNodes].filter(node => node.nodeType === 3 && node.textContent.trim());
    const theirs = one.closest("bdi, [dir=auto], body [lang]"); // somebody's words, or another language's
    if (!theirs) words.push(...own.map(node => node.textContent));
    const apart = one.closest(".unseen, .skip, thead, .map"); // a map scrolls in its box
    const seen = one.checkVisibility({visibilityProperty: true}) && !apart;
    if (!own.length || !seen) continue;
    const range = document.createRange();
    range.selectNodeContents(one);
    const box = range.getBoundingClientRect();
    if (box.width && (box.left < -1 || box.right > width + 1)) cut.push(one.outerHTML.slice(0, 200));
    for (let at = one; at && at !== document.body; at = at.parentElement) {
      const how = getComputedStyle(at);
      if (how.overflowX !== "visible" && at.scrollWidth > at.clientWidth + 1) cut.push(at.outerHTML.slice(0, 200));
    }
  }
  if (document.documentElement.scrollWidth > width) cut.push("the page");
  return {words: [document.title, ...words], cut, dir: getComputedStyle(document.body).direction};
}"""


@pytest.fixture(autouse=True)
def _spoken(tmp_path: Path) -> Iterator[None]:
    with spoken(tmp_path / "templates"):
        yield


@pytest.fixture
def program(_spoken: None, tmp_path: Path, clock: Clock) -> Iterator[Program]:
    """With the demo city after its first day."""
    made = build(settings_for(tmp_path), clock=clock)
    migrate(made.database)
    made.acts.transact(start_demo)
    made.load_units()
    yield made
    made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def address(program: Program) -> AsyncIterator[str]:
    async with desk(program) as address:
        yield address


async def looked_at(page: Page) -> list[str]:
    """Opens what is folded, and tells what is wrong at the width of a phone and of a desk."""
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found: list[str] = []
    for size in (PHONE, WIDE):
        await page.set_viewport_size(size)
        seen = await page.evaluate(LOOK)
        assert seen["dir"] == "rtl", page.url
        found += [f"{size['width']}: {one}" for one in seen["cut"]]
    chinese = untranslated()
    return found + [word for word in seen["words"] if chinese(word)]


@in_the_one_browser
async def test_every_page_of_the_desk(program: Program, chromium: Browser, address: str) -> None:
    case = await file_one_with_evidence(program, somebody(program))
    page = await page_at(chromium, PHONE)
    await page.goto(f"{address}/language/{PSEUDO}?back=/in")
    wrong = {page.url: await looked_at(page)}
    await page.goto(clerk_link(program, address))
    for text in ("办", "请各单位周五前报送自查材料。"):  # too short, then a draft
        await page.goto(f"{address}/console/notices/new")
        await page.locator("[name=text_zh]").fill(text)
        await page.locator("[name=role]").first.check()
        await page.locator("form[data-once] button.main").click()
        await page.wait_for_load_state()
        wrong[page.url] = await looked_at(page)
    waiting = [page.url.removeprefix(address), f"/console/report/{case}", "/console", "/console/nowhere", *NONE_FOUND]
    seen = set[str]()
    while waiting:
        path = waiting.pop(0)
        if VALUE.sub("", path) in seen:
            continue
        seen.add(VALUE.sub("", path))
        await page.goto(address + path)
        wrong[path] = await looked_at(page)
        links = await page.evaluate("[...document.links].map(one => one.pathname + one.search)")
        waiting += [link for link in links if link.startswith("/console") and not FILE.search(link)]
    assert {path: found for path, found in wrong.items() if found} == {}
    assert len(seen) >= FEWEST, seen


@in_the_one_browser
async def test_the_chat(program: Program, chromium: Browser, address: str) -> None:
    say = program.texts[PSEUDO].say
    page = await page_at(chromium, PHONE)
    await page.goto(f"{address}/chat?language={PSEUDO}")
    for file, question, answers in (
        ("common", "menu_complain", say("common", "menu_complain")),
        ("complaint", "unit", "市国土局"),
        ("complaint", "window", say("common", "act_skip")),
        ("complaint", "category", say("complaint", "category_slow")),
        ("complaint", "what", None),
    ):
        await expect(page.locator("#log")).to_contain_text(say(file, question))
        assert await looked_at(page) == [], question
        if answers:
            await page.set_viewport_size(PHONE)
            await page.locator(".keys button", has_text=answers).last.click()
    await page.locator("#more").click()
    assert await looked_at(page) == []
    assert await page.locator("#menu [lang]").all_text_contents() == ["中文", "English"]
    assert troubles(page) == []


def test_the_styles_know_start_and_end_and_no_left_and_right() -> None:
    for path in sorted(assets.FOLDER.glob("*.css")):
        assert SIDED.findall(path.read_text(encoding="utf-8")) == [], path.name
