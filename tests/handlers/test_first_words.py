"""What people say first, in their own words: each leads where it says, in the chat and by text message."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from tests.conftest import Clock, rows
from tests.drivers.handset import network

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNIT, STATUS, ASK, HELP, WELCOME, IDLE, OFFICE = (
    "您要反映哪个单位",
    "没有找到您的来件",
    "您想问什么",
    "可以说：",
    "您好，这里是市效能办",
    "现在没有正在填的内容。\n您想做什么？",
    "效能办的电话、地址、上班时间，这里还没有登记。",
)
WORDS = {
    UNIT: [
        "投诉",
        "我要举报",
        "我要投诉！",
        "你好，我要投诉",
        "我想反映问题",
        "請問怎麼投訴？",
        "ＲＥＰＯＲＴ",
        "complain",
        "I want to complain",
    ],
    STATUS: [
        "查询",
        "我的投诉怎么样了",
        "我的投诉怎么样了？",
        "有结果了吗",
        "帮我查一下进度",
        "查詢",
        "status",
        "How is my complaint?",
    ],
    ASK: ["人工", "转人工", "我要人工服务", "客服", "agent", "Can I talk to a human", "human"],
    HELP: ["怎么用", "请问怎么用？", "帮助", "?", "？", "help", "How does this work?"],
    WELCOME: ["你好", "您好！", "你好呀", "在吗？", "hello", "Hi"],
    IDLE: [
        *("放弃", "取消", "退出", "返回", "再见", "我要退出", "取消吧", "/cancel", "cancel", "bye", "提交", "不知道"),
        *("好的", "ＯＫ", "嗯", "收到", "感谢！", "1", "？？？", "👍"),
    ],
    OFFICE: [
        *(
            "电话",
            "举报电话",
            "客服电话？",
            "请问你们电话多少",
            "地址",
            "在哪里",
            "上班时间",
            "几点上班呀",
            "周末上班吗",
        ),
        *("telephone", "Where are you?", "opening hours"),
    ],
}


@on_sqlite
@pytest.mark.parametrize(("said", "told"), [(said, told) for told, many in WORDS.items() for said in many])
async def test_first_words_lead_where_they_say(citizen: FakePerson, said: str, told: str) -> None:
    [screen] = await citizen.says(said)
    assert told in screen.text


@on_sqlite
@pytest.mark.parametrize(
    "story", ["国土局说取消了我的号", "窗口电话没人接", "你们几点上班都没人", "好的窗口不开", "返回三次"]
)
async def test_a_story_that_holds_such_a_word_is_a_story(citizen: FakePerson, story: str) -> None:
    [asked] = await citizen.says(story)
    assert "刚才的内容已经留着" in asked.text


@on_sqlite
async def test_the_office_is_told_of_as_its_settings_say(make_program: Callable[..., Program]) -> None:
    program = make_program(office_phone="0797-8123456", office_hours="周一至周五 8:30 到 17:30")
    citizen = FakePerson(program.talk, program.acts, program.texts, "c")
    [told] = await citizen.says("举报电话是多少")
    assert told.text.splitlines()[:3] == [
        "效能办电话：0797-8123456",
        "效能办上班时间：周一至周五 8:30 到 17:30",
        "效能办的地址，这里还没有登记。",
    ]
    assert "您想问什么" in (await citizen.taps("问效能办一件事"))[0].text


@on_sqlite
async def test_words_that_tell_nothing_are_not_put_to_a_story_either(program: Program, citizen: FakePerson) -> None:
    for said in ("窗口中午没有人", "好的", "再见", "9"):
        [asked] = await citizen.says(said)
        assert asked.text.startswith("刚才的内容已经留着"), said
    await citizen.taps("问效能办")
    assert rows(program, "cases")[0]["what"] == "窗口中午没有人"


@on_sqlite
@pytest.mark.parametrize(
    ("said", "told"),
    [("English", "What would you like to do?"), ("说英语", "What would you like to do?"), ("中文", "您想做什么？")],
)
async def test_the_name_of_a_language_is_spoken_from_then_on(
    person: Callable[..., FakePerson], said: str, told: str
) -> None:
    citizen = person("c", language="en" if said == "中文" else "zh")
    for words in ("language", said):
        await citizen.says(words)
    citizen.language = "zh" if said == "中文" else "en"
    assert told in citizen.screen().text


@on_sqlite
async def test_an_english_speaker_is_understood(person: Callable[..., FakePerson]) -> None:
    for n, (said, told) in enumerate(
        {
            "hello": "this is the city's efficiency office",
            "I'd like to report a problem": "Which unit",
            "agent": "What would you like to know",
            "any news?": "No case of yours",
        }.items()
    ):
        [screen] = await person(f"e{n}", language="en").says(said)
        assert told in screen.text, screen.text


@on_sqlite
async def test_an_english_speaker_reads_and_types_units_by_their_english_names(
    person: Callable[..., FakePerson],
) -> None:
    [asked] = await person("jane", language="en").says("Nobody was at the window of the land bureau")
    assert asked.rows[0][0].label == "Report Land Bureau Absent or idle"
    for n, (unit, window) in enumerate((("市国土局", "办证窗口"), ("land bureau", "registration window"))):
        citizen = person(f"john{n}", language="en")
        await citizen.says("complain")
        [screen] = await citizen.says(unit)
        assert [row[0].label for row in screen.rows[:2]] == ["Registration window", "Survey section"]
        [screen] = await citizen.says(window)
        assert "What kind of problem" in screen.text


@on_sqlite
async def test_first_words_by_text_message(program: Program) -> None:
    async with network(program) as net:
        for n, (told, many) in enumerate(WORDS.items()):
            texted = "可以回复" if told == HELP else "效能办" if told == WELCOME else told
            for said in many[:2]:
                phone = net.phone(f"+8613800138{n:02}{many.index(said)}")
                assert any(texted in text for text in await phone.says(said)), said


@on_sqlite
async def test_in_the_middle_of_a_flow_only_menu_and_help_are_heard(program: Program, citizen: FakePerson) -> None:
    await citizen.says("投诉")
    told = await citizen.says("怎么用")
    assert [HELP in told[0].text, UNIT in told[1].text] == [True, True]
    for said in ("国土局 办证", "1", "办事拖拉", "我的投诉怎么样了"):
        [screen] = await citizen.says(said)
    assert "知道是哪位工作人员吗" in screen.text  # it was the story


@on_sqlite
async def test_a_number_or_a_code_is_answered_however_it_is_written(program: Program, citizen: FakePerson) -> None:
    for said in ("投诉", "1", "跳过", "1", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1"):
        await citizen.says(said)
    [told] = await citizen.says("提交")
    number, code = str(rows(program, "cases")[0]["number"]), told.text.split("查询码 ")[1].split()[0]
    wide = number.translate({ord("-"): "－"} | {ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    for asked in (
        number,
        wide,
        number.replace("-", ""),
        f"我的投诉{number}怎么样了？",
        f"编号 {number}",
        f"查询{number}",
    ):
        [shown] = await citizen.says(asked)
        assert shown.text.startswith(f"{number} · 已收到"), asked
    spelled = code.lower().replace("-", "—")
    full = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for n, asked in enumerate(
        (code, spelled, code.replace("-", " "), full, f"查询码是{code}", f"你好，我的查询码：{code}")
    ):
        other = FakePerson(program.talk, program.acts, program.texts, f"other{n}")
        [shown] = await other.says(asked)
        assert shown.text.startswith(f"{number} · 已收到"), asked
    stranger = FakePerson(program.talk, program.acts, program.texts, "stranger")
    [shown] = await stranger.says(number)
    assert "没有找到您的来件" in shown.text
    await stranger.says("输入查询码")
    [shown] = await stranger.says(f"是这个吗 {full}")
    assert shown.text.startswith(f"{number} · 已收到")


@on_sqlite
async def test_what_is_said_beside_a_number_is_kept(program: Program, citizen: FakePerson) -> None:
    for said in ("投诉", "1", "跳过", "1", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1", "提交"):
        await citizen.says(said)
    number = rows(program, "cases")[0]["number"]
    [asked] = await citizen.says(f"{number} 今天又没人")
    assert "您想把它用在哪里" in asked.text
    [thanks] = await citizen.taps("补充到已交的来件")  # which one is known by its number
    assert str(number) in thanks.text
    assert "今天又没人" in str(rows(program, "entries")[0]["text"])


STORY = "周二上午我去國土局辦證窗口办房产证，排队等了两个小时"


@on_sqlite
async def test_a_story_is_kept_and_what_it_names_is_offered_with_one_tap(program: Program, citizen: FakePerson) -> None:
    [asked] = await citizen.says(STORY)
    assert asked.rows[0][0].label == "反映 市国土局·办证窗口 办事拖拉"
    [screen] = await citizen.taps("反映 市国土局·办证窗口 办事拖拉")
    assert "知道是哪位工作人员吗" in screen.text
    for said in ("跳过", "昨天", "跳过", "1", "提交"):
        await citizen.says(said)
    [case] = rows(program, "cases")
    assert (case["unit_id"], case["category"], case["what"]) == ("gtj-1", "slow", STORY)


@on_sqlite
async def test_what_a_story_does_not_name_is_asked(program: Program, citizen: FakePerson) -> None:
    [asked] = await citizen.says("国土局")
    assert asked.rows[0][0].label == "反映 市国土局"
    await citizen.taps("放弃")
    [asked] = await citizen.says("他们一直推诿，说不归我们管")
    [screen] = await citizen.taps("反映 推来推去")
    assert UNIT in screen.text
    for _ in range(2):  # a story is asked about before it is given up
        await citizen.taps("放弃")
    [asked] = await citizen.says("今天天气很好")
    assert asked.rows[0][0].label == "反映一个新问题"
    [asked] = await citizen.says("国土局让我去工商局，工商局又让我回国土局")
    assert {"反映 市国土局", "反映 市工商局"} <= {key.label.split(" 推")[0] for row in asked.rows for key in row}


@on_sqlite
async def test_a_story_told_in_place_of_the_unit_is_kept_with_what_it_names(program, citizen: FakePerson) -> None:
    await citizen.says("投诉")
    await citizen.sends(Media("p", "photo"))
    [screen] = await citizen.says(STORY)
    assert "您写的已放进「经过」" in screen.text
    assert "知道是哪位工作人员吗" in screen.text
    for said in ("跳过", "昨天", "完成", "1", "提交"):
        await citizen.says(said)
    [case] = rows(program, "cases")
    assert (case["unit_id"], case["category"], case["what"]) == ("gtj-1", "slow", STORY)
    assert len(rows(program, "evidence")) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("story", "offered"),
    [
        ("国土局推诿，让我去工商局，工商局又让我回国土局", ["市国土局", "市工商局"]),
        ("窗口没有人，等到下班也没人来", ["市发改委"]),
        ("他们一直推诿，说不归我们管，" * 6, ["市发改委"]),
    ],
)
async def test_a_story_told_in_place_of_the_unit_stays_while_the_unit_is_asked(
    program: Program, citizen: FakePerson, story: str, offered: list[str]
) -> None:
    await citizen.says("投诉")
    [screen] = await citizen.says(story)
    assert "您写的已放进「经过」" in screen.text
    assert UNIT in screen.text
    assert [key.label for row in screen.rows for key in row][: len(offered)] == offered
    for said in ("市国税局", "跳过", "跳过", "昨天", "跳过", "1", "提交"):
        await citizen.says(said)
    [case] = rows(program, "cases")
    assert (case["unit_id"], case["what"]) == ("gsj", story)


@on_sqlite
async def test_words_that_tell_no_story_yet_are_kept_and_the_story_is_asked_for(
    program: Program, citizen: FakePerson
) -> None:
    early = ("哈哈哈", "我要投诉国土局的办证窗口", "国土局")
    for said in early:
        await citizen.says(said)
    await citizen.taps("反映 市国土局")
    await citizen.says("办证窗口")
    [screen] = await citizen.says("1")
    assert "发生了什么事" in screen.text
    assert "前面发的留着：哈哈哈\n我要投诉国土局的办证窗口\n国土局\n请接着写，会加在后面" in screen.text
    [screen] = await citizen.taps("全部去掉")
    assert "前面发的" not in screen.text
    [screen] = await citizen.taps("找回经过")
    assert "前面发的留着：哈哈哈" in screen.text
    story = "今天上午等了两个小时"
    for said in (story, "跳过", "昨天", "跳过", "1", "提交"):
        await citizen.says(said)
    assert rows(program, "cases")[0]["what"] == "\n".join((*early, story))


@on_sqlite
async def test_by_text_message_too_a_story_is_asked_for(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone("+8613800138000")
        for said in ("投诉国土局的办证窗口", "2", "国土局", "1", "#"):
            [screen] = await phone.says(said)
        [screen] = await phone.says("1")
        assert "发生了什么事" in screen
        assert "前面发的留着：投诉国土局的办证窗口\n请接着写，会加在后面。不用再写就回复「完成」" in screen
        for said in ("等了两个小时没有人办", "#", "昨天", "#", "1"):
            [screen] = await phone.says(said)
        assert "请核对" in screen


@on_sqlite
@pytest.mark.parametrize("name", ["市国土资源局办证大厅", "路桥收费管理处", "国土局收费科", "市国土资源，办证"])
async def test_another_name_of_a_unit_is_no_story(citizen: FakePerson, name: str) -> None:
    await citizen.says("投诉")
    [screen] = await citizen.says(name)
    assert "已放进" not in screen.text
    assert UNIT in screen.text


async def two_cases(citizen: FakePerson, clock: Clock) -> None:
    for said in ("投诉", "市国土局", "跳过", "1", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1", "提交"):
        await citizen.says(said)
    clock.passes(minutes=1)
    await citizen.says("问效能办一件事")
    for said in ("周六上不上班，午休几点到几点", "跳过"):
        await citizen.says(said)


@on_sqlite
async def test_of_several_cases_each_is_known_at_sight(citizen: FakePerson, program: Program, clock: Clock) -> None:
    await two_cases(citizen, clock)
    [listed] = await citizen.says("查询")
    assert "20261121-9248 市国土局 11月21日 周六 已收到，等待受理" in listed.text
    assert "20261121-4348 周六上不上班，午休…" in listed.text
    labels = [row[0].label for row in listed.rows]
    assert labels[:2] == ["4348 周六上不上班，午休… 待受理 11月21日 周六", "9248 市国土局 待受理 11月21日 周六"]
    [shown] = await citizen.taps(labels[1])
    assert shown.text.startswith("20261121-9248")


@on_sqlite
async def test_of_several_cases_each_is_known_at_sight_by_text_message(program: Program, clock: Clock) -> None:
    async with network(program) as net:
        phone = net.phone("+8613800138000")
        for said in ("投诉", "市国土局", "#", "1", "等了两个小时没有人理", "#", "昨天", "#", "1", "9"):
            await phone.says(said)
        clock.passes(minutes=1)
        for said in ("人工", "周六上不上班，午休几点到几点", "#"):
            await phone.says(said)
        told = "\n".join(await phone.says("查询"))
        assert "1 20261121-4348 周六上不上班，午休… 待受理 11月21日 周六" in told
        assert "2 20261121-9248 市国土局 待受理 11月21日 周六" in told
        assert told.count("20261121-9248") == 1
        assert "20261121-9248 已收到" in "\n".join(await phone.says("2"))
