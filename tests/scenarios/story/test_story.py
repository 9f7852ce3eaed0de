"""The whole way through for a report, told as talk."""

from __future__ import annotations

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from tests.conftest import rows


async def test_a_citizen_complains_and_gets_a_receipt(citizen: FakePerson) -> None:
    await citizen.says("/complaint")
    await citizen.says("gtj")
    await citizen.taps("市国土局·办证窗口")
    await citizen.taps("态度不好")
    await citizen.says("周二上午十点到窗口，等了两个小时没有人理")
    await citizen.taps("跳过")
    await citizen.says("昨天下午三点")
    await citizen.sends(Media("photo-1", "photo"))
    await citizen.taps("完成")
    [review] = await citizen.taps("匿名，单位看不到您是谁")
    assert "市国土局·办证窗口" in review.text
    assert "11月20日 周五 15:00" in review.text
    [received] = await citizen.taps("提交")
    assert "已收到，编号 20261121-9248" in received.text


async def test_words_under_a_photo_and_a_text_cut_in_two_are_kept(program: Program, citizen: FakePerson) -> None:
    for said in ("/complain", "我不清楚", "说不清，直接写"):
        await citizen.says(said)
    [cut] = await citizen.says("长" * 4096)
    assert "还有就继续发" in cut.text
    await citizen.says("最后一句")
    await citizen.says("跳过")
    await citizen.says("昨天")
    await citizen.sends(Media("p", "photo"), text="门口的牌子")
    for said in ("完成", "1", "提交"):
        await citizen.says(said)
    [case] = rows(program, "cases")
    assert case["what"] == "长" * 4096 + "\n最后一句"
    [piece] = rows(program, "evidence")
    assert piece["caption"] == "门口的牌子"
