"""Numbered menus: what a person with an old telephone reads and replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.build import Program
from bot.preview import NOW
from bot.samples import flows, messages, scenes
from channels.fake import FakePerson
from channels.rests import AHEAD_SECONDS
from channels.sms.carrier import Refused
from channels.sms.drawing import letter_of
from channels.sms.intake import CHANNEL
from channels.sms.parts import parts
from channels.sms.refs import delivery_of
from channels.sms.replies import folded
from conversation.messages import Body, Button, Option, Problem, Say, Screen
from services.deliveries import Parcel
from services.talk import keep_menu, standing
from templates import LANGUAGES, load_texts
from tests.conftest import rows
from tests.drivers.handset import Recorder, network, sms_with

NUMBER, OTHER = "+8613800138000", "+8613800138001"
TEXTS = load_texts(lambda: NOW)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("most", [1, 2, 4])
def test_every_screen_and_message_fits(language: str, most: int) -> None:
    texts = TEXTS[language]
    bodies = [scene.body for flow in flows() for scene in scenes(flow, texts, NOW)]
    bodies += [scene.body for scene in messages(texts, NOW)]
    for body in bodies:
        letter = letter_of(body, texts, most)
        assert letter.texts
        assert all(0 < parts(text) <= most for text in letter.texts), letter.texts
        if most == 4 and letter.menu is not None and letter.menu.rest is None and body.ask is not None:
            shown = "\n".join(letter.texts)
            assert all(f"{number} " in shown for number in letter.menu.numbers), shown


def test_what_a_review_shows_holds_no_name_and_no_typed_words() -> None:
    texts = TEXTS["zh"]
    [complaint] = [flow for flow in flows() if flow.name == "complaint"]
    [review] = [scene for scene in scenes(complaint, texts, NOW) if scene.state == "review"]
    typed = [line.value for line in review.body.ask.lines if line.form == "text"]  # pyright: ignore[reportOptionalMemberAccess]
    said = "".join(letter_of(review.body, texts, 4).texts)
    assert len(typed) >= 4
    assert [words for words in typed if words in said] == []


def test_a_review_says_which_number_submits_and_what_the_others_do() -> None:
    for language, foot in (
        ("zh", "没问题请回复 {} 提交；要改哪一项，回复它的数字"),
        ("en", "All correct? Reply {} to submit. To change a line, reply its number"),
    ):
        texts = TEXTS[language]
        [complaint] = [flow for flow in flows() if flow.name == "complaint"]
        [review] = [scene.body for scene in scenes(complaint, texts, NOW) if scene.state == "review"]
        submit = review.ask and len(review.ask.lines) + 1
        assert foot.format(submit) in "".join(letter_of(review, texts, 9).texts)
        wrong = replace(review, ask=review.ask and replace(review.ask, problem=Problem("choose_action")))
        example = texts.say("sms", "choose_action", {"example": submit})
        assert example in "".join(letter_of(wrong, texts, 9).texts)


@on_sqlite
async def test_pages_count_on_and_earlier_numbers_stay_good(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        [first] = await phone.says("投诉")
        [second] = await phone.says("N")
        assert "6 市港口管理局" in first
        assert "N 下一页" in first
        assert "7 市国税局" in second
        assert "P 上一页" in second
        [window] = await phone.says("３、")  # a number of the first page
        assert window.startswith("是哪个窗口或科室？")
        assert "1 办证窗口" in window
        [back] = await phone.says("0")
        assert back.startswith("您要反映哪个单位？")


@on_sqlite
async def test_options_without_room_come_on_the_next_page(program: Program) -> None:
    async with network(program, most_parts=1) as net:
        phone = net.phone(NUMBER)
        [first] = await phone.says("投诉")
        assert "1 市发改委" in first
        assert "6 市港口管理局" not in first
        seen, pages = first, 1
        while "6 市港口管理局" not in seen:
            [seen] = await phone.says("n")
            assert parts(seen) == 1
            pages += 1
        assert pages <= 4
        [again] = await phone.says("p")
        assert again == first
        [window] = await phone.says("3")
        assert window.startswith("是哪个窗口或科室？")


@on_sqlite
async def test_a_number_that_is_not_on_the_menu_shows_it_again_with_an_example(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        await phone.says("菜单")
        [again] = await phone.says("9")
        assert again.startswith("没有这个数字，请回复下面的一个，例如 1。")
        assert "1 我要反映问题" in again
        [unit] = await phone.says("1")
        assert unit.startswith("您要反映哪个单位？")
        await phone.says("3")
        await phone.says("1")
        [category] = await phone.says("99")
        assert category.startswith("没有这个数字，请回复菜单里的一个，例如 1。")
        assert "1 办事拖拉" in category


@on_sqlite
async def test_several_numbers_tick_several_and_an_old_number_shows_the_present_question(
    program: Program, person: Callable[..., FakePerson]
) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        await phone.says("投诉")
        [told] = await phone.says("火星局")
        assert told.startswith("没有找到")
        await phone.says("7")
        menu = program.acts.look(standing, CHANNEL, NUMBER).menu
        assert menu is not None
        await phone.says("3")
        contact_id = phone.contact_id()
        assert contact_id
        program.acts.transact(keep_menu, contact_id, menu)
        [stale] = await phone.says("2")
        assert stale.startswith("刚才的数字是前面的菜单")
        assert "发生了什么事？" in stale


@on_sqlite
async def test_what_is_sent_twice_has_one_effect(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        await phone.says("菜单", event_id="same")
        assert await phone.says("菜单", event_id="same") == []
        assert await phone.says("1", event_id="one") != []
        assert await phone.says("9", event_id="one") == []


async def test_opting_out_is_obeyed_until_the_person_says_otherwise(program: Program) -> None:
    async with network(program) as net:
        phone, other = net.phone(NUMBER), net.phone(OTHER)
        await phone.says("菜单")
        assert await phone.says("ＴＤ") == ["【效能办】已退订，不再给您发短信。要恢复，请回复「恢复」。"]
        assert await phone.says("退订") == []
        assert await phone.says("菜单") == []
        assert [row["error"] for row in rows(program, "deliveries")][-1] == "stopped"
        assert await other.says("T") == ["【效能办】已退订，不再给您发短信。要恢复，请回复「恢复」。"]
        started, menu = await phone.says("恢复")
        assert started == "【效能办】已恢复给您发短信。"
        assert "1 我要反映问题" in menu
        assert await phone.says("1")


@on_sqlite
@pytest.mark.parametrize(
    ("stop", "start"),
    [
        ("T D", "ｓｔａｒｔ"),
        ("退 订。", "「恢复」"),
        ("退訂", "恢復"),
        ("取消訂閱", "訂 閱"),
        ("回复TD", "回复：恢复"),
        ("Stop all!", "Un stop"),
    ],
)
async def test_opting_out_and_in_is_understood_however_it_is_typed(program: Program, stop: str, start: str) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        assert await phone.says(stop) == ["【效能办】已退订，不再给您发短信。要恢复，请回复「恢复」。"]
        assert await phone.says("菜单") == []
        _, menu = await phone.says(start)
        assert "1 我要反映问题" in menu


@on_sqlite
async def test_one_bad_number_does_not_keep_the_others_waiting_when_the_carrier_is_back(program: Program) -> None:
    recorder = Recorder()
    down, bad = Refused("no_answer", again=True, down=True), Refused("not_routable")
    recorder.answers = [*[down] * 3, bad]
    sms = sms_with(program, recorder)
    body = Body(say=Say("sms.started"))
    answers = []
    for id in range(1, 6):
        parcel = Parcel(id, "nobody", NUMBER, "zh", body, 1)
        assert await asyncio.wait_for(sms.clear(parcel), AHEAD_SECONDS / 2) is None
        answers.append((await sms.send(parcel)).error)
    assert answers == [*["no_answer"] * 3, "not_routable", None]


@on_sqlite
async def test_a_refused_message_is_tried_again_from_where_it_stopped(program: Program) -> None:
    recorder = Recorder()
    sms = sms_with(program, recorder, most_parts=1)
    body = Body(say=Say("status.closed", {"number": "20261121-9248", "text": "请您再来一次。" * 20}))

    def parcel(attempts: int, urgency: str = "reply") -> Parcel:
        return Parcel(7, "nobody", NUMBER, "zh", body, attempts, urgency)

    whole = letter_of(body, program.texts["zh"], 1).texts
    recorder.answers = [await recorder.send("", "", ""), Refused("kannel_503", again=True)]
    recorder.sent.clear()
    first = await sms.send(parcel(1))
    assert (first.error, first.retry_after is not None, first.uncertain) == ("kannel_503", True, False)
    second = await sms.send(parcel(2))
    assert second.error is None
    assert [text for _, text, _ in recorder.sent] == [*whole]
    refs = [ref for _, _, ref in recorder.sent]
    assert [delivery_of(program.vault, ref) for ref in refs] == [*[(7, True)] * (len(whole) - 1), (7, False)]
    # What is sealed may begin with any letter; a number left open would begin each of them.
    assert not all(ref.startswith("7") for ref in refs), "the number of a row would tell how much leaves"
    recorder.answers = [Refused("no_answer", again=True, unknown=True)]
    assert (await sms.send(parcel(1, "broadcast"))).uncertain
    recorder.answers = [Refused("kannel_400")]
    assert (await sms.send(parcel(1))).retry_after is None


def test_a_link_has_no_number_and_a_message_without_buttons_leaves_the_menu_alone() -> None:
    texts = TEXTS["zh"]
    linked = Body(say=Say("sms.again", {"example": "1"}, (Button("/x", label="网页", url="https://example.cn"),)))
    letter = letter_of(linked, texts, 4)
    assert "网页 https://example.cn" in letter.texts[0]
    assert letter.menu is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [("１、", "1"), ("回复1", "1"), ("“1”", "1"), (" 1. ", "1"), ("Ｔ", "t"), ("#", "#"), ("①", "1"), ("?", "?")],
)
def test_small_differences_of_keyboards_do_not_matter(said: str, meant: str) -> None:
    assert folded(said) == meant


@on_sqlite
async def test_in_the_middle_of_a_complaint_the_menu_and_a_new_complaint_are_understood(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        await phone.says("投诉")
        await phone.says("3")
        [menu] = await phone.says("菜单")
        assert "还没有提交，内容都留着。" in menu
        assert "1 接着填" in menu
        [question] = await phone.says("1")
        assert question.startswith("是哪个窗口或科室？")
        [busy] = await phone.says("投诉")
        assert busy.startswith("您还有一件没填完：反映问题。")
        [anew] = await phone.says("2")
        assert anew.startswith("您要反映哪个单位？")


@on_sqlite
async def test_no_two_menus_stand_below_each_other(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        [question] = await phone.says("投诉")
        assert len(await phone.says("/help")) == 1
        assert await phone.says("0") == [question]


@on_sqlite
async def test_what_is_pushed_in_the_middle_takes_no_sign_away(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        for text in ("投诉", "gtj", "2", "3", "等了两个小时，没有人理"):
            [asked] = await phone.says(text)
        assert asked.startswith("知道是哪位工作人员吗？")
        await phone.says("/help")
        [after] = await phone.says("#")
        assert after.startswith("是什么时候的事？")
        for text in ("3", "#", "1", "8"):
            await phone.says(text)
        assert [case["staff"] for case in rows(program, "cases")] == [None]


@on_sqlite
async def test_letting_messages_in_again_is_confirmed_before_the_question(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        await phone.says("投诉")
        await phone.says("退订")
        confirmed, question = await phone.says("恢复")
        assert confirmed == "【效能办】已恢复给您发短信。"
        assert question.startswith("您要反映哪个单位？")


def test_a_day_is_asked_for_without_a_tap() -> None:
    past, early = {"day": "2026-11-20"}, {"day": "2026-11-20", "after": "2026-11-27"}
    for problem in (None, Problem("day_wanted"), Problem("day_past", past), Problem("day_too_early", early)):
        asked = Screen("more_time", "until", "day", 1, 1, 3, (Option("2026-12-02"),), problem=problem)
        [text] = letter_of(Body(ask=asked), TEXTS["zh"], 3).texts
        assert "点" not in text, text
