"""A phone's long screenshot: boxed where it stands among others, wide enough to be read where it is opened."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import cases, evidence, people
from tests.drivers.chat_page import Phone, Shot, asked, say, tap
from tests.drivers.console_browser import clerk_link, desk, page_at, shot, somebody, too_wide
from tests.drivers.notice_desk import written

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser

SCREENS: dict[str, ViewportSize] = {"360": {"width": 360, "height": 740}, "1280": {"width": 1280, "height": 800}}


def talk() -> bytes:
    """1080 x 12000, as a phone makes it of a talk."""
    image = Image.new("RGB", (1080, 12_000), "#ededed")
    pen = ImageDraw.Draw(image)
    for n in range(60):
        mine = n % 2
        at = (60 + 200 * mine, n * 200 + 30)
        pen.rounded_rectangle((*at, at[0] + 760, at[1] + 140), 20, "#95ec69" if mine else "white")
        pen.text((at[0] + 40, at[1] + 40), f"line {n}: come tomorrow", "black", font_size=44)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


async def test_in_the_chat_it_stands_in_a_tile(phone: Phone, shot: Shot) -> None:
    for name, size in SCREENS.items():
        page = await phone(viewport=size)
        await asked(page, "您好，这里是市效能办")
        await tap(page, "我要反映问题")
        await say(page, "gtj")
        await tap(page, "市国土局·办证窗口")
        await tap(page, "态度不好")
        await say(page, "周二上午十点到窗口，等了两个小时没有人理。")
        await tap(page, "跳过")
        await tap(page, "昨天")
        await asked(page, "照片、录音、视频")
        await page.locator("#photos").set_input_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": talk()}])
        await asked(page, "已收到 1 件")
        image = page.get_by_role("img", name="照片")
        await expect(image).to_have_css("object-position", "50% 0%")
        box = await image.bounding_box()
        assert box
        assert box["height"] < box["width"] < 260
        await shot(page, f"long-chat-{name}")


async def boxed(page: Page, name: str) -> None:
    box = await page.locator("a[data-light] img").first.bounding_box()
    assert box
    assert abs(box["width"] - box["height"]) < 2, "a square among squares"
    assert not await too_wide(page)
    await shot(page, f"long-{name}", full=False)


async def opened(page: Page, name: str) -> None:
    """As wide as on the phone that made it, down to its end, the buttons at hand."""
    await page.locator("a[data-light]").first.click()
    await expect(page.locator("#light")).to_have_class("tall")
    box = await page.locator("#light img").bounding_box()
    assert box
    assert box["width"] >= 300
    assert not await too_wide(page)
    await shot(page, f"long-{name}-open", full=False)
    await page.evaluate("light.scrollTo(0, 1e6)")
    assert await page.evaluate("light.scrollTop") > 2_000
    await expect(page.get_by_role("button", name="关闭")).to_be_in_viewport()
    await shot(page, f"long-{name}-end", full=False)


@pytest.mark.parametrize("name", SCREENS)
async def test_in_the_console_it_is_a_square_and_opens_whole(
    program: Program, chromium: Browser, citizen: FakePerson, name: str
) -> None:
    await citizen.says("/menu")
    one = cases.Complaint("gtj-1", "rude", "聊天记录为证。" * 6, media=(Media("p", "photo"),))
    contact: people.Contact = somebody(program)
    case, _ = program.acts.transact(cases.file_complaint, contact, one)
    [piece] = program.acts.look(evidence.pieces_of, case.id)
    program.acts.transact(evidence.keep, await program.store.clean_and_keep(talk(), piece.id))
    notice_id, _ = await written(program, [(None, talk())])
    async with desk(program) as address:
        page = await page_at(chromium, SCREENS[name])
        await page.goto(clerk_link(program, address))
        await expect(page).to_have_url(f"{address}/console/today")
        await page.goto(f"{address}/console/notices/{notice_id}")
        await boxed(page, f"notice-{name}")
        await page.goto(f"{address}/console/report/{case.id}")
        await boxed(page, f"report-{name}")
        await opened(page, f"report-{name}")
