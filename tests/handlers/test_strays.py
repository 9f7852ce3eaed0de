"""What people send where nobody asked for it, and what they change afterwards: kept, or told that it is not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media, Reply
from services import people
from services.oversight.export import export_rows
from services.oversight.sheet import SheetWords
from tests.conftest import Clock, rows
from tests.drivers.chat_screens import Meet, said
from tests.drivers.handset import network
from tests.drivers.told_units import Office

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
UP_TO_WHAT = ("/complaint", "市供电局", "跳过", "1")
AFTER_WHAT = ("跳过", "昨天", "跳过", "匿名，单位看不到您是谁")
STORY = "等了两个小时没有人办"


def photo(ref: str, size: int | None = None) -> Media:
    return Media(ref, "photo", size)


async def filed(program: Program, person: FakePerson) -> dict[str, object]:
    await said(person, "提交")
    return rows(program, "cases")[-1]


class TestWordsUnderPieces:
    async def test_they_stay_with_a_photo_that_comes_before_its_question(self, citizen: FakePerson, program) -> None:
        await said(citizen, "/complaint")
        await citizen.sends(photo("p"), text="收据编号00170")
        await said(citizen, *UP_TO_WHAT[1:], STORY, "跳过", "昨天", "完成", AFTER_WHAT[-1])
        await filed(program, citizen)
        assert [row["caption"] for row in rows(program, "evidence")] == ["收据编号00170"]

    @ON_SQLITE
    async def test_they_stay_with_one_that_comes_at_the_review(self, citizen: FakePerson, program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, *AFTER_WHAT)
        await citizen.sends(photo("p"), text="收据编号00171")
        await said(citizen, "完成")
        await filed(program, citizen)
        assert [row["caption"] for row in rows(program, "evidence")] == ["收据编号00171"]

    @ON_SQLITE
    async def test_they_go_into_the_story_where_the_piece_is_too_large(self, citizen: FakePerson, program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, "跳过", "昨天")
        [told] = await citizen.sends(photo("p", 40 * 2**20), text="这是收钱的录像")
        assert "已放进「经过」" in told.text
        await said(citizen, "跳过", AFTER_WHAT[-1])
        assert (await filed(program, citizen))["what"] == f"{STORY}\n这是收钱的录像"

    @ON_SQLITE
    async def test_what_has_no_room_is_shown_to_be_sent_again(self, citizen: FakePerson) -> None:
        await said(citizen, *UP_TO_WHAT, "长" * 9_000, "完成", "跳过", "昨天")
        [told] = await citizen.sends(photo("p", 40 * 2**20), text="收" * 1_500)
        assert "没有留下：「收收收" in told.text


class TestWordsWhereNoneAreAsked:
    async def test_at_the_photo_question_they_go_into_the_story(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, "跳过", "昨天")
        told = await said(citizen, "窗口在三楼")
        assert told.startswith("刚才写的已加进「经过」。\n\n有照片、录音、视频或材料吗？")
        mine = citizen.newest
        for word in ("提交", "完成", "2", "好的", "有", "谢谢您！", "我要投诉", "👍"):
            assert "已加进" not in await said(citizen, word), word
        await citizen.edits(mine, "窗口在四楼")
        await said(citizen, "跳过", AFTER_WHAT[-1])
        assert (await filed(program, citizen))["what"] == f"{STORY}\n窗口在四楼"

    @ON_SQLITE
    async def test_a_contact_card_a_time_and_words_with_a_slash_too(self, citizen: FakePerson, program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, "跳过", "昨天")
        for words in ("/昨天 10点/", "10:30"):
            assert "已加进「经过」" in await said(citizen, words), words
        [told] = await citizen.sends(text="李科长 13800138000", phone="13800138000")
        assert "已加进「经过」" in told.text
        await said(citizen, "跳过", AFTER_WHAT[-1])
        [told] = await citizen.sends(text="王主任 13900139000", phone="13900139000")
        assert "已加进「经过」" in told.text
        added = "/昨天 10点/\n10:30\n李科长 13800138000\n王主任 13900139000"
        assert (await filed(program, citizen))["what"] == f"{STORY}\n{added}"

    async def test_at_the_review_too_but_what_names_a_button_acts(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, *AFTER_WHAT)
        told = await said(citizen, "当时有三个人在场")
        assert told.startswith("刚才写的已加进「经过」。")
        assert f"经过  {STORY}\n当时有三个人在场" in told
        for word in ("确定", "没问题", "1", "跳过", "怎么样了"):
            assert "请点「提交」；要修改，点相应的一项" in await said(citizen, word), word
        for word in ("修改经过", "经过"):
            assert "发生了什么事" in await said(citizen, word), word
            await citizen.taps("保留原来的")
        assert (await filed(program, citizen))["what"] == f"{STORY}\n当时有三个人在场"

    @ON_SQLITE
    async def test_in_a_spot_check_they_go_into_the_note(self, program: Program, clock: Clock, person: Meet) -> None:
        office, supervisor = Office(program, clock), person("s")
        who = office.office(people.add_person, "王监督", [people.Grant(people.Role.SUPERVISOR, "jtj")])
        office.do(people.ensure_contact, "fake", "s", "zh", who)
        await said(supervisor, "/check", "1", "跳过", "作风巡查", *["完成"] * 5)
        assert "已加进「备注」" in await said(supervisor, "一楼大厅没有人")
        await said(supervisor, "跳过", "跳过")
        told = await said(supervisor, "政务中心东门")  # the unit may read the note, but never a place
        assert "刚才发的没有记下" in told
        assert "一楼大厅没有人" in await said(supervisor, "跳过")
        assert "已加进「备注」" in await said(supervisor, "完成", "牌子也没摆")
        await said(supervisor, "提交")
        assert rows(program, "visits")[0]["note"] == "一楼大厅没有人\n牌子也没摆"

    @ON_SQLITE
    async def test_where_there_is_no_story_it_is_said_how_to_put_them_in(
        self, office: Office, head: FakePerson
    ) -> None:
        obligation = office.hand_over(working_days=3)
        told = await said(head, f"/more_time {obligation}", "12月10日", "测绘要等天晴，还要几天", "还缺一份图")
        assert "没有记下：「还缺一份图」。要写进去，请点「修改 原因」" in told
        assert head.key("修改 原因")
        await said(head, "提交")
        assert office.look(obligation).extensions[-1].reason == "测绘要等天晴，还要几天"

    @ON_SQLITE
    async def test_by_text_message(self, program: Program) -> None:
        async with network(program) as net:
            phone = net.phone("+8613800138000")
            for word in ("投诉", "国土局 办证", "1", "1", STORY, "#", "昨天"):
                await phone.says(word)
            assert (await phone.says("窗口在三楼"))[0].startswith("刚才写的已加进「经过」。")
            assert "短信发不了照片和文件" in (await phone.says("7"))[0]
            for word in ("#", "1"):
                await phone.says(word)
            assert (await phone.says("当时有三个人在场"))[0].startswith("刚才写的已加进「经过」。")


class TestPlacesAndSlashes:
    @ON_SQLITE
    async def test_a_place_is_kept_wherever_it_comes(self, citizen: FakePerson, program: Program) -> None:
        [asked] = await citizen.sends(location=(25.83, 114.93))
        assert "无论用在下面哪里，效能办都会看到；不想让人看到就点「放弃」" in asked.text
        assert "已经留着" in asked.text
        await citizen.taps("反映一个新问题")
        await said(citizen, *UP_TO_WHAT[1:])
        [told] = await citizen.sends(location=(25.84, 114.94), text="政务中心")
        assert "位置已经留下，放进了「经过」，效能办会看到" in told.text
        await said(citizen, "窗口一直没有人", *AFTER_WHAT)
        what = (await filed(program, citizen))["what"]
        assert what == "📍 25.830000,114.930000\n📍 政务中心 25.840000,114.940000\n窗口一直没有人"

    @ON_SQLITE
    @pytest.mark.parametrize("words", ["/三号窗口/ 没人在", "/etc 坏了很久", "//没有人", "/ 没人在这里"])
    async def test_words_that_begin_with_a_slash_are_words(self, citizen: FakePerson, program, words: str) -> None:
        await said(citizen, *UP_TO_WHAT, words, *AFTER_WHAT)
        assert (await filed(program, citizen))["what"] == words

    @ON_SQLITE
    async def test_a_mistyped_command_is_no_answer(self, citizen: FakePerson) -> None:
        assert "没有这个命令" in (await citizen.says("/complan"))[0].text
        await said(citizen, *UP_TO_WHAT)
        assert "没有这个命令" in (await citizen.says("/nonsense"))[0].text

    @ON_SQLITE
    async def test_a_kind_that_cannot_be_read_is_answered(self, citizen: FakePerson) -> None:
        assert "看不到内容" in (await citizen._send(Reply(unread=True)))[0].text
        await said(citizen, *UP_TO_WHAT)
        [told] = await citizen._send(Reply(unread=True))
        assert "看不到内容" in told.text
        assert "发生了什么事" in told.text


class TestMuchAtOnce:
    @ON_SQLITE
    async def test_more_than_a_report_asks_for_is_kept(self, citizen: FakePerson, program: Program) -> None:
        await citizen.sends(*(photo(f"p{n}") for n in range(12)), text="窗口没有人")
        await citizen.taps("问效能办")
        assert len(rows(program, "evidence")) == 12

    @ON_SQLITE
    async def test_what_goes_beyond_all_bounds_is_told(self, citizen: FakePerson, program: Program) -> None:
        await citizen.sends(*(photo(f"p{n}") for n in range(20)))
        told = await citizen.sends(*(photo(f"q{n}") for n in range(10)))
        assert "多出的 3 件没有留下" in told[0].text
        await said(citizen, "长" * 29_000)
        told = await citizen.says("短" * 2_000)
        assert "最多留 30000 个字" in told[0].text
        await citizen.taps("反映一个新问题")
        await said(citizen, *UP_TO_WHAT[1:])
        assert len(rows(program, "cases")) == 0


class TestRecordings:
    async def test_a_recording_tells_what_happened(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT)
        [told] = await citizen.sends(Media("v", "voice"))
        assert "录音" in told.text
        assert citizen.key("完成")
        await said(citizen, "完成", "跳过", "昨天", "完成", AFTER_WHAT[-1])
        assert "见所附录音" in citizen.screen().text
        case = await filed(program, citizen)
        assert case["what"] == ""
        assert "见所附录音" in (await citizen.says(f"/status {case['id']}"))[0].text

    @ON_SQLITE
    async def test_words_may_follow(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT)
        await citizen.sends(Media("v", "voice"))
        await citizen.sends(Media("w", "video"), text="窗口二号的录像")
        await said(citizen, "跳过", "昨天", "完成", AFTER_WHAT[-1])
        assert (await filed(program, citizen))["what"] == "窗口二号的录像"
        assert [row["kind"] for row in rows(program, "evidence")] == ["voice", "video"]

    @ON_SQLITE
    async def test_a_photo_alone_tells_nothing(self, citizen: FakePerson) -> None:
        await said(citizen, *UP_TO_WHAT)
        await citizen.sends(photo("p"))
        assert "发生了什么事" in (await citizen.says("完成"))[0].text

    @ON_SQLITE
    async def test_without_its_recording_the_story_is_asked_again(self, citizen: FakePerson) -> None:
        await said(citizen, *UP_TO_WHAT)
        await citizen.sends(Media("v", "voice"))
        await said(citizen, "完成", "跳过", "昨天")
        turn = citizen.screen().rows[0][0].turn
        await citizen.presses("/clear", turn)
        assert "发生了什么事" in (await citizen.says("跳过"))[-1].text


class TestChangedMessages:
    async def test_the_new_words_count_while_the_conversation_lives(self, citizen: FakePerson, program) -> None:
        await said(citizen, *UP_TO_WHAT, "窗口工号0156，收了我500元")
        mine = citizen.newest
        await said(citizen, "跳过")
        [told] = await citizen.edits(mine, "窗口工号0165，收了我50元")
        assert "窗口工号0165" in told.text
        assert "什么时候" in told.text
        await said(citizen, *AFTER_WHAT[1:])
        assert (await filed(program, citizen))["what"] == "窗口工号0165，收了我50元"

    async def test_after_the_end_it_is_said_and_the_words_find_a_place(self, citizen: FakePerson, program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY)
        mine = citizen.newest
        await said(citizen, *AFTER_WHAT)
        await filed(program, citizen)
        told = await citizen.edits(mine, f"{STORY}，有收据")
        assert "不会跟着变" in told[0].text
        assert citizen.key("补充到已交的来件")
        await citizen.taps("补充到已交的来件")
        await citizen.says("1")
        assert [row["text"] for row in rows(program, "entries")] == [f"{STORY}，有收据"]
        assert rows(program, "cases")[-1]["what"] == STORY

    @ON_SQLITE
    async def test_of_a_text_in_parts_only_the_part_changes(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT, "长" * 3_600)
        await said(citizen, "后来又等了很久")
        await citizen.edits(citizen.newest, "后来又等了三天")
        await said(citizen, *AFTER_WHAT)
        assert (await filed(program, citizen))["what"] == "长" * 3_600 + "\n后来又等了三天"

    @ON_SQLITE
    async def test_a_caption_and_a_photo_change_too(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, "跳过", "昨天")
        await citizen.sends(photo("p"), text="收据0017")
        await citizen.edits(citizen.newest, "收据0071", photo("q"))
        await said(citizen, "完成", AFTER_WHAT[-1])
        await filed(program, citizen)
        [row] = rows(program, "evidence")
        assert row["caption"] == "收据0071"
        assert program.vault.identities.open(row["sealed"], f"evidence {row['id']}")["ref"] == "q"

    @ON_SQLITE
    async def test_another_choice_counts_and_one_that_is_none_does_not(self, citizen: FakePerson, program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, "跳过", "昨天")
        mine = citizen.newest
        [told] = await citizen.edits(mine, "不记得了")
        assert "没有换上" in told.text
        assert "没看懂时间" in told.text
        await citizen.edits(mine, "前天")
        await said(citizen, "跳过", AFTER_WHAT[-1])
        assert (await filed(program, citizen))["happened"] == "2026-11-19"

    @ON_SQLITE
    async def test_what_was_no_answer_may_become_one(self, citizen: FakePerson) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, "跳过", "昨田")
        [told] = await citizen.edits(citizen.newest, "昨天")
        assert "材料" in told.text

    @ON_SQLITE
    async def test_words_that_still_look_for_their_place_change(self, citizen: FakePerson, program: Program) -> None:
        await citizen.says("窗口中午上斑吗")
        mine = citizen.newest
        await citizen.edits(mine, "窗口中午上班吗")
        await citizen.taps("反映一个新问题")
        await citizen.edits(mine, "二号窗口中午上班吗")
        await said(citizen, *UP_TO_WHAT[1:], *AFTER_WHAT)
        assert (await filed(program, citizen))["what"] == "二号窗口中午上班吗"

    @ON_SQLITE
    async def test_after_it_was_submitted_the_buttons_are_with_the_newest_answer(
        self, citizen: FakePerson, program: Program
    ) -> None:
        await said(citizen, *UP_TO_WHAT, STORY)
        mine = citizen.newest
        await said(citizen, *AFTER_WHAT)
        case = await filed(program, citizen)
        for changed in ("等了三个小时没有人办", "等了四个小时没有人办"):
            [told] = await citizen.edits(mine, changed)
            assert "改过的话在这里，要用就点下面" in told.text
            assert citizen.key("补充到已交的来件")
        late, shown = await citizen.edits(mine, str(case["number"]))
        assert "改过的话在这里" not in late.text
        assert shown.text.startswith(f"{case['number']} · ")

    @ON_SQLITE
    async def test_nothing_of_it_outlives_the_conversation(self, citizen: FakePerson, program: Program) -> None:
        await said(citizen, *UP_TO_WHAT, STORY, *AFTER_WHAT)
        await filed(program, citizen)
        assert [row["sealed"] for row in rows(program, "sessions")] == [None]


@ON_SQLITE
async def test_a_sheet_says_that_the_story_is_a_recording(citizen: FakePerson, program: Program) -> None:
    await said(citizen, *UP_TO_WHAT)
    await citizen.sends(Media("v", "voice"))
    await said(citizen, "完成", "跳过", "昨天", "完成", AFTER_WHAT[-1], "提交")
    zone = ZoneInfo("Asia/Shanghai")
    [row] = program.database.look(lambda tx: list(export_rows(tx, program.vault, "complaints")))
    assert "见所附录音" in str(SheetWords(program.texts["zh"], zone, "complaints").cell("what", row["what"]))
