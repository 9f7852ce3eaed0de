"""Changing what was written and sent, on the chat page of a phone of 360 x 740."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.build import Program
from tests.conftest import rows
from tests.drivers.chat_page import Phone, Shot, asked, say, tap

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser
STORY = "周二上午十点到窗口，等了两个小时没有人理"


def photo(shade: int) -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (60, 45), (shade * 20, 90, 120)).save(out, "JPEG")
    return {"name": f"IMG_{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def test_what_was_written_is_in_the_box_and_pieces_go_one_by_one_and_come_back(
    phone: Phone, shot: Shot, program: Program
) -> None:
    page = await phone()
    box = page.get_by_role("textbox", name="要说的话")
    await tap(page, "我要反映问题")
    await tap(page, "我不清楚")
    await tap(page, "态度不好")
    await say(page, STORY)
    await tap(page, "跳过")
    await tap(page, "昨天")
    await asked(page, "照片、录音、视频")
    await page.locator("#photos").set_input_files([photo(n) for n in range(11)])  # pyright: ignore
    await asked(page, "收下 9 件，没收 2 件")
    await expect(page.locator("#log .tile.bad")).to_have_count(2)
    await expect(page.locator("#log .me .problem")).to_contain_text("「IMG_9.jpg」「IMG_10.jpg」：超过最多的件数")
    await shot(page, "chat-eleven")
    await tap(page, "去掉几件")
    await asked(page, "点哪一件就去掉哪一件")
    await tap(page, "2 照片")
    await asked(page, "去掉的「材料」（1 件）还留着")
    await shot(page, "chat-remove")
    await tap(page, "找回材料")
    await asked(page, "已收到 9 件")
    await tap(page, "完成")
    await tap(page, "匿名，单位看不到您是谁")
    await asked(page, "请核对")
    await tap(page, "修改 经过")
    await asked(page, "原来写的已放进下面的输入框")
    await expect(box).to_have_value(STORY)
    await shot(page, "chat-rewrite")
    await tap(page, "保留原来的")
    await asked(page, "请核对")
    await expect(box).to_have_value("")  # nothing was changed, so nothing is left lying there
    await tap(page, "修改 经过")
    await expect(box).to_have_value(STORY)
    await say(page, "等了两个小时，问了三次")
    await asked(page, "请核对")
    await shot(page, "chat-undo")
    await tap(page, "找回经过")
    await expect(page.locator("#log .it").last.get_by_role("definition").nth(2)).to_have_text(STORY)
    await tap(page, "放弃")
    await asked(page, "要放弃「反映问题」吗")
    await shot(page, "chat-sure")
    await tap(page, "接着填")
    await tap(page, "提交")
    await asked(page, "已收到，编号")
    [case] = rows(program, "cases")
    assert case["what"] == STORY
    assert len([row for row in rows(program, "evidence") if row["subject_id"]]) == 9


async def test_a_text_that_is_too_long_comes_back_into_the_box(phone: Phone) -> None:
    page = await phone()
    box = page.get_by_role("textbox", name="要说的话")
    await tap(page, "我要反映问题")
    await tap(page, "我不清楚")
    await tap(page, "态度不好")
    for said in ("长" * 10_002, "长" * 20_001):  # too long for the question, and for one frame
        await say(page, said)
        await expect(box).to_have_value(said)
    await asked(page, "多了 2 个")
    await say(page, "长" * 300)
    await asked(page, "哪位工作人员")
    await expect(box).to_have_value("")
