"""A finger that is quicker than the answer taps once: the same button again opens nothing and is not called old."""

from __future__ import annotations

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Incoming, Reply
from tests.conftest import Clock, rows


async def test_a_menu_s_button_twice_opens_one_conversation(citizen: FakePerson) -> None:
    await citizen.says("/start")
    menu = citizen.key("我要反映问题")
    assert "哪个单位" in (await citizen.presses(menu.press, menu.turn))[-1].text
    assert await citizen.presses(menu.press, menu.turn) == []


async def test_it_is_one_tap_in_one_batch_too(program: Program, citizen: FakePerson) -> None:
    await citizen.says("/start")
    before = len(citizen.heard())
    taps = [Incoming("fake", f"t{n}", citizen.address, Reply(choice="/complain")) for n in range(2)]
    await program.acts.talk(program.talk._turns, taps)
    assert len(citizen.heard()) == before + 1


async def test_submitting_twice_files_one_and_says_nothing_of_old_buttons(
    program: Program, citizen: FakePerson
) -> None:
    await citizen.says("/complaint")
    for said in ("我不清楚", "态度不好", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1"):
        await citizen.says(said)
    key = citizen.key("提交")
    assert "已收到" in (await citizen.presses(key.press, key.turn))[-1].text
    assert await citizen.presses(key.press, key.turn) == []
    assert len(rows(program, "cases")) == 1


async def test_an_option_twice_answers_one_question(citizen: FakePerson) -> None:
    await citizen.says("/complaint")
    key = citizen.key("我不清楚")
    assert "属于哪一类" in (await citizen.presses(key.press, key.turn))[-1].text
    assert await citizen.presses(key.press, key.turn) == []
    await citizen.says("态度不好")
    assert "那个按钮是前面的" in (await citizen.presses(key.press, key.turn))[-1].text  # something else came between


async def test_later_the_same_button_counts_anew(citizen: FakePerson, clock: Clock) -> None:
    await citizen.says("/start")
    for _ in range(2):
        assert await citizen.presses("/status", None)
        clock.passes(seconds=11)


async def test_two_taps_on_what_is_shown_now_are_two(program: Program, citizen: FakePerson) -> None:
    """A button of the screen shown now is no second tap."""
    await citizen.says("/complaint")
    key = citizen.key("下一页")
    assert await citizen.presses(key.press, key.turn)
    assert await citizen.presses(key.press, key.turn)


async def test_giving_up_is_asked_once_and_only_for_its_own_turn(citizen: FakePerson) -> None:
    await citizen.says("/complaint")
    for said in ("我不清楚", "态度不好", "等了两个小时没有人理"):
        await citizen.says(said)
    key = citizen.key("放弃")
    assert "要放弃「反映问题」吗" in (await citizen.presses(key.press, key.turn))[-1].text
    old = citizen.key("放弃")
    assert await citizen.presses(key.press, key.turn) == []
    await citizen.taps("接着填")
    await citizen.says("跳过")
    assert "什么时候" in (await citizen.presses(old.press, old.turn))[-1].text  # it has gone on since
    await citizen.taps("放弃")
    assert "已放弃" in (await citizen.taps("放弃"))[-1].text


async def test_a_menu_s_button_asks_before_it_throws_a_conversation_away(citizen: FakePerson) -> None:
    await citizen.says("/complaint")
    await citizen.says("我不清楚")
    assert "您还有一件没填完" in (await citizen.says("/question"))[-1].text
    again = citizen.key("放弃原来的，重新开始")
    await citizen.taps("接着填")
    await citizen.says("态度不好")
    assert "您还有一件没填完" in (await citizen.presses(again.press, None))[-1].text  # the old button asks anew
    assert "您想问什么" in (await citizen.taps("放弃原来的，重新开始"))[-1].text
