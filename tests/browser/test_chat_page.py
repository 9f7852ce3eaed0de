"""The chat page as a citizen sees it on a phone of 360 x 740."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.build import Program
from conversation.messages import Body, Say
from services import deliveries, people
from services.foundation.act import Act
from services.people import Grant, Role
from tests.channels.webchat.test_restored import put_back
from tests.conftest import rows
from tests.drivers.chat_page import Phone, Shot, asked, say, tap

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser


def photo(shade: int) -> dict[str, object]:
    out = io.BytesIO()
    Image.linear_gradient("L").rotate(shade).resize((1200, 900)).save(out, "JPEG")
    return {"name": f"IMG_{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def test_a_complaint_by_tapping_with_photos_and_a_reload(phone: Phone, shot: Shot, program: Program) -> None:
    page = await phone()
    await asked(page, "您好，这里是市效能办")
    await shot(page, "chat-menu")
    await tap(page, "我要反映问题")
    await asked(page, "哪个单位")
    await shot(page, "chat-unit")
    await say(page, "gtj")
    await tap(page, "市国土局·办证窗口")
    await asked(page, "哪一类")
    await tap(page, "态度不好")
    await page.reload()
    await asked(page, "发生了什么事")
    await expect(page.locator("#log .me")).to_have_count(4)
    await say(page, "周二上午十点到窗口，等了两个小时没有人理。\n问了三次，都说「等一下」。")
    await tap(page, "跳过")
    await say(page, "哪天来着")
    await asked(page, "没看懂时间")
    await tap(page, "昨天")
    await asked(page, "照片、录音、视频")
    program_file = {"name": "x.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\0\3\0" + bytes(300)}
    await page.locator("#photos").set_input_files([photo(0), photo(90), photo(180), program_file])  # pyright: ignore
    await asked(page, "已收到 3 件")
    await expect(page.get_by_text("这种文件不能收")).to_be_visible()
    await expect(page.get_by_role("img", name="照片")).to_have_count(3)
    await shot(page, "chat-photos")
    await tap(page, "完成")
    await tap(page, "匿名，单位看不到您是谁")
    await asked(page, "请核对")
    await shot(page, "chat-review")
    await tap(page, "修改 类别")
    await tap(page, "推来推去")
    await asked(page, "请核对")
    await expect(page.locator("#log .it").last.get_by_role("definition").nth(1)).to_have_text("推来推去")
    await tap(page, "提交")
    await asked(page, "已收到，编号 20261121-9248")
    await shot(page, "chat-received")
    await expect(page.get_by_role("button", name="提交")).to_have_count(0)
    assert len([row for row in rows(program, "evidence") if row["subject_id"]]) == 3


async def test_what_is_written_without_a_network_goes_when_it_is_back(
    phone: Phone, shot: Shot, program: Program
) -> None:
    page = await phone("/chat?unit=gtj")
    await asked(page, "哪个窗口")
    await expect(page).to_have_url(re.compile(r"/chat$"))
    await page.context.set_offline(True)
    await tap(page, "办证窗口")
    await expect(page.get_by_text("等网络恢复后自动发送")).to_be_visible()
    await page.get_by_role("textbox", name="要说的话").fill("写了一半")
    await expect(page.get_by_text("网络断了，正在重新连接")).to_be_visible()
    await shot(page, "chat-offline")
    await page.context.set_offline(False)
    await asked(page, "哪一类")
    await expect(page.get_by_text("网络断了，正在重新连接")).to_be_hidden()
    await page.reload()
    await asked(page, "哪一类")
    assert await page.get_by_role("textbox", name="要说的话").input_value() == "写了一半"
    assert len(rows(program, "deliveries")) == 3, "who is on duty, and two questions"


async def test_in_english_in_the_dark_and_by_keyboard(phone: Phone, shot: Shot) -> None:
    page = await phone(locale="en-GB", color_scheme="dark")
    await asked(page, "What would you like to do?")
    for role, name in (("main", None), ("banner", None), ("log", "Conversation"), ("textbox", "Your message")):
        await expect(page.get_by_role(role, name=name) if name else page.get_by_role(role)).to_be_visible()  # type: ignore[arg-type]
    nameless = [one for one in await page.get_by_role("button").all() if not await one.get_attribute("aria-label")]
    assert all([(await one.inner_text()).strip() for one in nameless])
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 18, 22)"
    heights = "Array.from(document.querySelectorAll('button')).filter(b => b.offsetParent).map(b => b.offsetHeight)"
    assert min(await page.evaluate(heights)) >= 44
    await page.get_by_role("button", name="Report a problem").focus()
    await page.keyboard.press("Enter")
    await asked(page, "Which unit")
    await expect(page.locator("#log .it").last.locator(".bubble")).to_be_focused()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('.keys') !== null")
    await shot(page, "chat-english-dark")
    await page.get_by_role("button", name="Menu", exact=True).tap()
    await page.get_by_role("button", name="Clear this device").tap()
    await page.get_by_role("button", name="Clear", exact=True).tap()
    await expect(page.locator("#log .me")).to_have_count(0)
    await asked(page, "What would you like to do?")
    await page.get_by_role("button", name="中文").tap()
    await asked(page, "好的，以后用中文")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await say(page, "<img src=x onerror=alert(1)>")
    await asked(page, "刚才的内容已经留着")
    await expect(page.locator("#log .me").last).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(page.locator("#log img")).to_have_count(0)


async def test_marks_that_turn_words_around_are_not_shown_raw(phone: Phone) -> None:
    page = await phone()
    await asked(page, "您好")
    await say(page, "窗口\u202e人没\u202c \u2066里\u2069")
    await expect(page.locator("#log .me .words").last).to_have_text("窗口人没 里")
    assert "\u202e" not in await page.locator("#log").inner_text()


async def test_an_address_of_our_own_is_a_link_and_nothing_that_somebody_wrote(
    phone: Phone, shot: Shot, program: Program, site: str
) -> None:
    page = await phone()
    await asked(page, "您好")
    [contact] = rows(program, "contacts")
    for origin in (site, "https://elsewhere.example"):
        body = Body(say=Say("signin.link", {"minutes": 15, "address": f"{origin}/in/K7QF-2M9D-X4TP-8RWC"}))
        await program.acts.write(deliveries.queue_for, [str(contact["id"])], body)
        await asked(page, f"{origin}/in/K7QF-2M9D-X4TP-8RWC")
    await say(page, f"{site}/in/K7QF-2M9D-X4TP-8RWC")
    await expect(page.locator("#log .me")).to_have_count(1)
    [link] = await page.locator("#log a").all()
    assert await link.get_attribute("href") == f"{site}/in/K7QF-2M9D-X4TP-8RWC"
    box = await link.bounding_box()
    assert box
    assert box["height"] >= 44, "as large as a finger"
    await shot(page, "chat-link")


async def test_a_supervisor_ticks_and_gives_its_place(phone: Phone, shot: Shot, program: Program) -> None:
    page = await phone("/chat?start=k-" + _link(program))
    await asked(page, "监督员")
    await tap(page, "填写暗访记录")
    await tap(page, "市国土局")
    await tap(page, "跳过")
    await page.locator("#log .it").last.get_by_role("button").first.tap()
    boxes = page.locator("#log .it").last.locator("[aria-pressed]")
    for number in (0, 2):
        await boxes.nth(number).tap()
        await expect(boxes.nth(number)).to_have_attribute("aria-pressed", "true")
    letters = await page.locator("#log .it").count()
    await boxes.nth(2).tap()
    await expect(boxes.nth(2)).to_have_attribute("aria-pressed", "false")
    assert await page.locator("#log .it").count() == letters
    await shot(page, "chat-ticks")
    for _ in range(5):
        before = await page.locator("#log .it").count()
        await tap(page, "完成")
        await expect(page.locator("#log .it")).to_have_count(before + 1)
    await tap(page, "录一段语音")
    await expect(page.get_by_text("正在录音")).to_be_visible()
    await expect(page.locator("#recorded")).to_have_text(re.compile(r"^0:(0[1-9]|[1-5]\d)$"))  # it counts
    await tap(page, "不要这段录音")
    await expect(page.get_by_text("不要这段录音吗？")).to_be_visible()
    await shot(page, "chat-recording-sure")
    await tap(page, "接着录")
    await tap(page, "发送录音")
    await asked(page, "已收到 1 件")
    await tap(page, "完成")
    await tap(page, "跳过")
    await asked(page, "位置")
    await page.context.grant_permissions([])
    await tap(page, "发送我的位置")
    await expect(page.get_by_text("没有取得位置")).to_be_visible()
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 25.83, "longitude": 114.93})
    await tap(page, "发送我的位置")
    await expect(page.locator("#log .me").last).to_contain_text("我的位置")
    await expect(page.get_by_text("正在发送")).to_have_count(0)
    await shot(page, "chat-place")


def _link(program: Program) -> str:
    def made(act: Act) -> str:
        person = people.add_person(act, "监督员甲", [Grant(Role.SUPERVISOR, "gtj")])
        return people.issue_link(act, person, timedelta(days=1))

    return program.acts.transact(made)


async def test_a_conversation_that_was_opened_elsewhere_can_be_begun_anew(phone: Phone, shot: Shot) -> None:
    page = await phone()
    await asked(page, "您好，这里是市效能办")
    await say(page, "/complain")
    await asked(page, "哪个单位")
    mark = await page.evaluate("localStorage.getItem('mingcha.browser')")
    await page.reload()
    assert await page.evaluate("localStorage.getItem('mingcha.browser')") == mark
    await page.evaluate("localStorage.setItem('mingcha.browser', '\"another-browser\"')")
    await page.reload()
    await asked(page, "另一个浏览器里打开了")
    await shot(page, "chat-another-browser")
    before = {one["name"]: one["value"] for one in await page.context.cookies()}  # pyright: ignore[reportTypedDictNotRequiredAccess]
    await tap(page, "不是我，重新开始")
    await tap(page, "清除")
    await asked(page, "您好，这里是市效能办")
    await expect(page.locator("#log .it")).to_have_count(1)
    after = {one["name"]: one["value"] for one in await page.context.cookies()}  # pyright: ignore[reportTypedDictNotRequiredAccess]
    assert after != before


async def test_after_a_restore_the_page_shows_what_there_is_and_keeps_what_there_was(
    phone: Phone, shot: Shot, program: Program
) -> None:
    page = await phone()
    await asked(page, "您好，这里是市效能办")
    await say(page, "/complain")
    await asked(page, "哪个单位")
    await say(page, "gtj")
    await tap(page, "市国土局·办证窗口")
    await asked(page, "哪一类")
    put_back(program, 1)
    await page.reload()
    await expect(page.get_by_text("系统刚从备份恢复")).to_be_visible()
    await expect(page.get_by_role("button", name="态度不好")).to_have_count(0)
    await shot(page, "chat-restored")
    for _ in range(3):
        await say(page, "/office")
        await asked(page, "这里还没有登记")
    await expect(page.locator("#log .it")).to_have_count(7)
    await expect(page.locator("#log .it").filter(has_text="您好，这里是市效能办")).to_have_count(1)
    await page.reload()
    await expect(page.locator("#log .it")).to_have_count(7)


async def test_where_a_conversation_began_the_page_goes_on_by_itself_with_the_reports(phone: Phone, shot: Shot) -> None:
    page = await phone()
    await asked(page, "您好，这里是市效能办")
    await say(page, "/question")
    await asked(page, "您想问什么")
    await say(page, "办证要带什么材料，周末开门吗")
    await tap(page, "跳过")
    await asked(page, "查询码")
    tab = await page.context.new_page()
    await tab.goto(page.url)
    await asked(tab, "查询码")
    await say(page, "不是我，重新开始")
    await asked(page, "要结束这个对话")
    await tap(page, "不是我，重新开始")
    for one in (page, tab):
        await asked(one, "新查询码")
        await expect(one.locator("#log .it")).to_have_count(1)
    await shot(page, "chat-moved")
