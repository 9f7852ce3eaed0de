"""What a unit's people see and do about obligations by chat, and what they cannot. Dialogues stand in transcripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import evidence, obligations, people
from services.evidence import refuse_and_tell
from services.people import Grant, Role, grant_more
from tests.conftest import Clock, rows
from tests.drivers.told_units import Office, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Meet = Callable[..., FakePerson]
QUOTING = '请报"延时服务\\"方案'  # has to be escaped where it is put into a body
NO_LONGER = "您不再是市国土局负责人，市国土局的督办事项不再由您办理，以前的按钮不能再用。有疑问请问效能办。"
GONE = "没有找到这件督办事项。请从「我的督办事项」里选。"


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    return Office(program, clock)


@pytest.fixture
def head(office: Office, person: Meet) -> FakePerson:
    office.bind("head", "head")
    return person("head")


def texts(person: FakePerson) -> str:
    return "\n".join(one.text for one in person.heard())


def labels(person: FakePerson) -> list[str]:
    return [key.label for row in person.screen().rows for key in row]


async def test_what_is_handed_over_comes_to_the_head_and_one_tap_acknowledges(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3, asked="请报整改方案")
    pushed = head.screen()
    assert pushed.text.startswith(
        "⏰ 新的督办事项：交办事项\n市国土局应在 11月25日 周三 18:00 前答复，还有 3 个工作日。"
    )
    assert "请报整改方案" in pushed.text
    assert "D20261121-0001-1" in pushed.text
    assert labels(head) == ["知道了", "现在答复", "申请延期", "看详情", "我的督办事项"]
    await head.taps("知道了")
    assert office.look(obligation).obligation.state == "acknowledged"
    assert office.look(obligation).obligation.acknowledged_at
    await head.presses(f"/acknowledge {obligation}", None)
    assert "已签收 D20261121-0001" in head.screen().text
    assert [one.kind for one in office.look(obligation).history] == ["handed", "acknowledged"]


@pytest.mark.parametrize("command", ["/duty", "/acknowledge", "/answer", "/more_time", "/ask_office"])
async def test_another_units_obligation_is_answered_like_one_that_does_not_exist(
    office: Office, head: FakePerson, person: Meet, command: str
) -> None:
    obligation = office.hand_over(working_days=3)
    office.bind("head", "other", unit="gdj")
    other = person("other")
    [theirs] = await other.says(f"{command} {obligation}")
    [nobodys] = await other.says(f"{command} 0123456789abcdef")
    assert (theirs.text, theirs.rows) == (nobodys.text, nobodys.rows)
    assert theirs.text == GONE
    assert office.look(obligation).obligation.state == "open"


async def test_forged_ids_are_no_accident(office: Office, head: FakePerson) -> None:
    for command in ("duty", "answer", "acknowledge", "more_time", "ask_office", "seen"):
        for argument in ("\0", "x" * 60, "'", "-1"):
            await head.says(f"/{command} {argument}")
    assert rows(office.program, "quarantine") == []


async def test_a_day_in_a_far_year_is_not_taken_and_the_last_possible_one_is_named(
    office: Office, head: FakePerson
) -> None:
    await head.says(f"/more_time {office.hand_over(working_days=3)}")
    for far in ("9999年12月31日", "2029年1月1日"):
        said = (await head.says(far))[-1].text
        assert said.startswith("最晚只能写到 2028年12月31日 周日。请写近些的日子")
        assert "要延到哪一天？" in said
    assert "为什么要延期？" in (await head.says("2028年12月31日"))[-1].text


@pytest.mark.parametrize("command", ["duties", "duty", "acknowledge", "answer", "more_time", "ask_office", "late"])
async def test_for_a_citizen_there_are_no_such_commands(office: Office, citizen: FakePerson, command: str) -> None:
    office.bind("head")
    obligation = office.hand_over(working_days=3)
    [answer] = await citizen.says(f"/{command} {obligation}")
    assert answer.text.startswith("没有这个命令。")
    assert command not in answer.text


async def test_an_old_heads_right_ends_at_once_even_in_the_middle_of_an_answer(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(f"/answer {obligation}")
    await head.says("已经整改")
    await head.taps("跳过")
    withdraw(office, "head")
    [answer] = await head.taps("提交")
    assert answer.text.startswith(NO_LONGER)
    assert office.look(obligation).obligation.state == "open"
    for command in ("duty", "acknowledge", "more_time", "duties"):
        [late] = await head.says(f"/{command} {obligation}")
        assert late.text.startswith(NO_LONGER)
    assert "我的督办事项" not in [key.label for row in (await head.says("/menu"))[0].rows for key in row]


@pytest.mark.parametrize("role", ["deputy", "liaison"])
async def test_deputy_and_liaison_do_what_the_head_does(office: Office, person: Meet, role: str) -> None:
    office.bind("head")
    office.bind(role, role)
    obligation, someone = office.hand_over(working_days=3), person(role)
    await someone.says("/duties")
    await someone.taps("1 · 11月25日 周三")
    await someone.taps("知道了")
    assert office.look(obligation).obligation.state == "acknowledged"


async def test_a_leader_looks_and_does_not_answer(office: Office, person: Meet) -> None:
    office.bind("head")
    office.bind(Role.SUPERIOR, "leader")
    obligation, leader = office.hand_over(working_days=3), person("leader")
    [listed] = await leader.says("/duties")
    assert "1. 市国土局 交办事项「请报送整改情况」 D20261121-0001" in listed.text
    await leader.taps("1 · 11月25日 周三")
    assert labels(leader) == ["我的督办事项"]
    [told] = await leader.says(f"/acknowledge {obligation}")
    assert told.text == "D20261121-0001 由 市国土局 办理和答复，您可以查看。"
    assert office.look(obligation).obligation.state == "open"


async def test_the_head_of_a_unit_sees_its_window_and_the_window_not_the_unit(
    office: Office, head: FakePerson, person: Meet
) -> None:
    office.bind("head", "window", unit="gtj-1")
    above, below = office.hand_over(working_days=3), office.hand_over(working_days=4, unit_id="gtj-1")
    assert "市国土局·办证窗口" in (await head.says(f"/duty {below}"))[0].text
    assert (await person("window").says(f"/duty {above}"))[0].text == GONE
    assert "D20261121-0001" not in (await person("window").says("/duties"))[0].text


async def test_who_is_late_is_told_of_what_one_may_see(office: Office, head: FakePerson, person: Meet) -> None:
    office.bind("head", unit="gdj")
    office.hand_over(working_days=1)
    office.hand_over(working_days=1, unit_id="gdj", kind="complaint")
    clerk = office.office(people.add_person, "某人", [Grant(Role.CLERK, None)])
    office.office(people.ensure_contact, "fake", "clerk", "zh", clerk)
    office.at("2026-11-25 09:00")
    [mine] = await head.says("/late")
    assert "市国土局 交办事项 1 件，最早的应在 11月23日 周一 18:00 前，已逾期 2 个工作日" in mine.text
    assert "供电" not in mine.text
    [all_] = await person("clerk").says("/late")
    assert "共 2 件" in all_.text
    assert "市供电局 投诉件 1 件" in all_.text
    assert "已逾期 2 个工作日" in (await head.says("/duties"))[0].text


async def test_a_late_answer_and_a_late_request_are_taken_and_told_so(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=1)
    office.at("2026-11-25 09:00")
    said, _ = await head.says(f"/more_time {obligation}")
    assert "现在申请会记为逾期后申请" in said.text
    for words in ("12月1日", "等上级批复，还要几天", "提交"):
        await head.says(words)
    assert "（逾期后申请）" in head.screen().text
    [extension] = office.look(obligation).extensions
    assert (extension.late, extension.state, extension.wanted_at.isoformat()) == (
        True,
        "waiting",
        "2026-12-01T18:00:00+08:00",
    )
    assert office.look(obligation).obligation.due_at.isoformat() == "2026-11-23T18:00:00+08:00"
    said, _ = await head.says(f"/answer {obligation}")
    assert "现在答复照样收，会记为迟交" in said.text
    for words in ("已经整改", "跳过", "提交"):
        await head.says(words)
    assert "这次记为迟交" in head.screen().text
    assert office.look(obligation).obligation.state == "answered"


async def test_why_it_came_back_and_what_the_office_replied_is_read_in_the_obligation(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(f"/ask_office {obligation}")
    await head.says("能先报初稿吗？")
    office.decide(obligations.reply_unit, obligation, "可以先报初稿")
    assert "可以先报初稿" in head.screen().text
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "没有写明责任人")
    assert "退回原因：没有写明责任人" in head.screen().text
    await head.taps("看详情")
    for told in (
        "退回原因：没有写明责任人",
        "效能办回复：可以先报初稿",
        "单位提问：能先报初稿吗？",
        "被退回，请重新答复",
    ):
        assert told in head.screen().text
    assert "知道了" in labels(head)


async def test_an_answer_can_be_added_to_until_the_office_has_decided(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    office.answer(obligation)
    await head.says(f"/duty {obligation}")
    assert labels(head) == ["补充文字或照片", "问效能办", "我的督办事项"]
    await head.taps("补充文字或照片")
    for words in ("责任人是办公室主任", "跳过", "提交"):
        await head.says(words)
    assert [one.text for one in office.look(obligation).history if one.kind == "unit_answer"] == [
        "已经整改",
        "责任人是办公室主任",
    ]
    office.decide(obligations.accept_answer, obligation, "")
    assert head.screen().text.startswith("✅ 答复已通过，D20261121-0001 办结。")
    await head.says(f"/answer {obligation}")
    assert "已办结" in head.screen().text
    assert labels(head) == ["我的督办事项"]


async def test_free_words_and_a_photo_become_an_answer_and_nothing_is_written_twice(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("已经补办好了")
    await head.sends(Media("photo-1", "photo"))
    assert labels(head)[:2] == ["答复督办事项", "就督办事项问效能办"]
    told, evidence = await head.taps("答复督办事项")
    assert "答复 D20261121-0001" in told.text
    assert "已收到 1 件" in evidence.text
    [more] = await head.says("就这一张")
    assert "发完了就点「完成」" in more.text
    assert "跳过" not in evidence.text + more.text
    await head.taps("完成")
    await head.taps("提交")
    answer = office.look(obligation).history[-1]
    assert (answer.kind, answer.text, len(answer.pieces)) == ("unit_answer", "已经补办好了", 1)


async def test_free_words_and_a_photo_become_a_question_about_one_of_two(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=3)
    second = office.hand_over(working_days=5)
    await head.sends(Media("photo-1", "photo"), text="这样算整改到位吗")
    await head.taps("就督办事项问效能办")
    [told] = await head.taps("0002 请报送整改情况")
    assert told.text.startswith("✅ 已转给效能办：D20261121-0002")
    question = office.look(second).history[-1]
    assert (question.kind, question.text, len(question.pieces)) == ("unit_question", "这样算整改到位吗", 1)


async def test_whoever_owes_nothing_is_not_asked_about_obligations(office: Office, head: FakePerson) -> None:
    await head.says("你好")
    assert not any("督办" in label for label in labels(head))


async def test_a_long_list_is_turned_page_by_page(office: Office, head: FakePerson) -> None:
    for n in range(7):
        office.hand_over(working_days=3 + n)
    await head.says("/duties")
    assert len(labels(head)) <= 8
    await head.taps("下一页")
    assert "7. 交办事项「请报送整改情况」 D20261121-0007" in head.screen().text
    await head.taps("上一页")
    assert "1. 交办事项「请报送整改情况」 D20261121-0001" in head.screen().text
    [far] = await head.says("/duties 99")
    assert "7. 交办事项「请报送整改情况」 D20261121-0007" in far.text


async def test_nothing_of_the_citizen_reaches_the_unit(
    program: Program, office: Office, head: FakePerson, citizen: FakePerson
) -> None:
    for said in (
        "/complain",
        "gtj",
        "市国土局·办证窗口",
        "态度不好",
        "我叫王秘密，等了两个小时没有人理",
        "跳过",
        "跳过",
        "跳过",
    ):
        await citizen.says(said)
    await citizen.taps("匿名，单位看不到您是谁")
    await citizen.taps("提交")
    [case] = rows(program, "cases")
    obligation = office.hand_over(working_days=3, kind="complaint", subject_id=case["id"], seen="received.0")
    await head.taps("看详情")
    assert f"投诉件 {case['number']} 的办理结果" in texts(head)
    await head.says(f"/answer {obligation}")
    for secret in ("王秘密", "两个小时", str(case["id"])):
        assert secret not in texts(head)


async def test_what_is_answered_has_no_deadline_left(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=6)
    office.answer(obligation)
    await head.says(f"/ask_office {obligation}")
    await head.says("材料要原件吗")
    assert head.screen().text == "✅ 已转给效能办：D20261121-0001。回复会发到这里。\n已答复，等效能办审核。"
    await head.says(f"/acknowledge {obligation}")
    assert head.screen().text.startswith("D20261121-0001 · 已答复，等效能办审核\n市国土局：交办事项\n期限 11月30日")
    assert labels(head) == ["补充文字或照片", "问效能办", "我的督办事项"]
    [told, question] = await head.says(f"/answer {obligation}")
    assert told.text == (
        "答复 D20261121-0001（市国土局，交办事项）\n要求：请报送整改情况\n已答复，等效能办审核，还可以补充。"
    )
    assert "办理结果是什么？" in question.text


async def test_above_the_unit_one_reads_that_it_is_late_and_cannot_answer(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    office.bind(Role.SUPERIOR, "leader")
    office.hand_over(working_days=1)
    office.until("2026-11-25 09:00")
    told = person("leader").screen()
    head_line, _, rest = told.text.partition("\n")
    assert head_line == "⏰ 已逾期 2 个工作日，还没有答复：交办事项「请报送整改情况」"
    assert rest.startswith("市国土局应在 11月23日 周一 18:00 前答复。")
    assert "您是上级负责人，请督促办理。" in told.text
    assert labels(person("leader")) == ["看详情", "我的督办事项"]
    assert "现在答复照样收，会记为迟交。" in person("head").screen().text


async def test_a_photo_that_cannot_be_kept_is_told_with_the_way_to_send_it_again(
    program: Program, office: Office, head: FakePerson
) -> None:
    office.hand_over(working_days=3)
    await head.says("已经补办好了")
    await head.sends(Media("photo-1", "photo"))
    for label in ("答复督办事项", "完成", "提交"):
        await head.taps(label)
    [piece] = program.acts.transact(evidence.due, 1)
    office.office(refuse_and_tell, piece, "unreadable")
    assert "您随 D20261121-0001 发来的一张照片没能保存" in head.screen().text
    told, question = await head.taps("补充文字或照片")
    assert "答复 D20261121-0001" in told.text
    assert "办理结果是什么？" in question.text


async def test_obligations_are_told_apart_by_what_is_asked(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=1, asked="请查清周二上午办证窗口为什么没有人，\n并报处理结果。")
    office.hand_over(working_days=5, asked=QUOTING)
    office.at("2026-11-23 09:00")
    [listed] = await head.says("/duties")
    assert "1. 交办事项「请查清周二上午办证窗口为什么没有人，…」 D20261121-0001" in listed.text
    assert f"2. 交办事项「{QUOTING}」 D20261121-0002" in listed.text
    assert labels(head)[:2] == ["1 · 今天到期", "2 · 11月27日 周五"]
    office.at("2026-11-24 09:00")
    await head.says("/duties")
    assert labels(head)[:2] == ["1 · 已逾期", "2 · 11月27日 周五"]


async def test_a_reminder_names_what_is_asked_and_leads_to_the_list(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=5, asked=QUOTING)
    office.hand_over(working_days=5, asked="请查清周二上午办证窗口为什么没有人")
    office.until("2026-11-25 09:00")
    reminders = [one.text for one in head.heard() if one.text.startswith("⏰ 还有 3 个工作日：")]
    assert f"「{QUOTING}」" in reminders[0]
    assert "「请查清周二上午办证窗口为什么没有人」" in reminders[1]
    await head.taps("我的督办事项")
    assert head.screen().text.startswith("您单位还有 2 件要答复。")


async def test_a_reminder_by_text_message_holds_nothing_of_what_is_asked(office: Office) -> None:
    office.bind("head", "head", phone="+8613800138000")
    office.hand_over(working_days=5, asked="请查清周二上午办证窗口为什么没有人")
    office.at("2026-11-23 10:00")
    office.fire()
    told = [one for one in office.told() if one.to.startswith("+86")]
    assert told
    assert {one.values["begins"] + one.values["text"] for one in told} == {""}
    assert all(not press.startswith("/duties") for one in told for press in one.presses)  # has no room for it


async def test_after_the_deadline_the_menu_says_overdue(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=1)
    office.hand_over(working_days=5)
    [coming] = await head.says("/menu")
    assert "要办的督办事项 2 件，最近一件 11月23日 周一 18:00 到期。" in coming.text
    office.at("2026-11-25 09:00")
    [over] = await head.says("/menu")
    assert "要办的督办事项 2 件，1 件已逾期，最早的应在 11月23日 周一 18:00 前答复。" in over.text


async def test_whoever_is_above_reads_in_the_menu_how_much_is_open_below(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    office.bind("head", "window", unit="gtj-1")
    office.bind(Role.SUPERIOR, "leader")
    office.hand_over(working_days=1)
    answered = office.hand_over(working_days=1)
    office.answer(answered)
    office.hand_over(working_days=5, unit_id="gtj-1")
    office.at("2026-11-25 09:00")
    assert "下级单位没有答复的督办事项 2 件，1 件已逾期。" in (await person("leader").says("/menu"))[0].text
    assert "下级单位没有答复的督办事项 1 件。" in (await person("head").says("/menu"))[0].text
    assert "下级" not in (await person("window").says("/menu"))[0].text


async def test_the_old_head_is_told_at_once_when_the_new_one_comes_in(
    office: Office, head: FakePerson, person: Meet
) -> None:
    obligation = office.hand_over(working_days=3)
    new = office.office(people.add_person, "新局长", [Grant(Role.HEAD, "gtj")])
    code = office.office(people.issue_link, new, timedelta(days=1))
    assert NO_LONGER not in texts(head)
    await person("new").says(f"/start k-{code}")
    assert head.screen().text == NO_LONGER
    assert labels(head) == ["主菜单"]
    [pressed] = await head.says(f"/acknowledge {obligation}")
    assert pressed.text.startswith(NO_LONGER)
    assert NO_LONGER not in texts(person("new"))
    [theirs] = await person("new").says(f"/duty {obligation}")
    assert "请报送整改情况" in theirs.text


async def test_the_old_head_is_told_also_where_the_new_one_has_an_account_already(
    office: Office, head: FakePerson
) -> None:
    office.bind("deputy", "deputy")
    office.office(grant_more, office.people["deputy"], [Role.HEAD], ["gtj"], takes_over=True)
    assert head.screen().text == NO_LONGER


@pytest.mark.parametrize("word", ["菜单", "主菜单", "帮助"])
async def test_the_menu_opens_by_its_word_and_a_button_by_what_it_says(
    office: Office, head: FakePerson, word: str
) -> None:
    office.hand_over(working_days=3)
    assert (await head.says(word))[0].text.endswith("您想做什么？")
    assert (await head.says("我的督办事项"))[0].text.startswith("您单位还有 1 件要答复。")


async def test_a_citizen_who_types_a_button_of_somebody_else_is_asked_what_it_is(citizen: FakePerson) -> None:
    assert (await citizen.says("我的督办事项"))[0].text.startswith("刚才的内容已经留着。")


async def test_what_to_do_with_stray_words_is_asked_once(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("窗口已经补了人")
    assert len(await head.says("我的督办事项")) == 1
    assert len(await head.says(f"/duty {obligation}")) == 1
    [menu] = await head.says("菜单")
    assert "「刚才发来的内容」还没有提交，内容都留着。" in menu.text
    await head.taps("接着填")
    told, _ = await head.taps("答复督办事项")
    assert told.text.startswith("答复 D20261121-0001")


async def test_in_the_middle_of_a_complaint_the_menu_opens_and_nothing_is_lost(citizen: FakePerson) -> None:
    await citizen.says("/complain")
    await citizen.says("市国土局")
    [menu] = await citizen.says("菜单")
    assert "还没有提交，内容都留着。" in menu.text
    [question] = await citizen.taps("接着填")
    assert question.text.startswith("是哪个窗口或科室？")


@pytest.mark.parametrize(
    ("place", "asked"), [("答复督办事项", "办理结果是什么？"), ("就督办事项问效能办", "要问效能办什么？")]
)
async def test_words_too_long_for_their_place_are_kept_and_may_be_shortened(
    office: Office, head: FakePerson, place: str, asked: str
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("整改" * 1600)
    await head.taps(place)
    said = head.screen().text
    assert said.startswith("最多 3000 个字，您写了 3200 个。请写短一些")
    assert asked in said
    assert "完成" not in labels(head)
    assert (await head.says("/resume"))[-1].text == said
    await head.says("整改" * 1400)
    for label in ("跳过", "提交"):
        if label in labels(head):
            await head.taps(label)
    assert office.look(obligation).history[-1].text == "整改" * 1400


async def test_photos_stay_with_a_question_that_was_too_long_at_first(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    await head.sends(Media("p1", "photo", 1_000), text="长" * 3_001)
    await head.taps("就督办事项问效能办")
    assert "您写了 3001 个" in head.screen().text
    await head.says("能否先报阶段结果？")
    last = office.look(obligation).history[-1]
    assert (last.kind, last.text, len(last.pieces)) == ("unit_question", "能否先报阶段结果？", 1)


@pytest.mark.parametrize("place", ["反映一个新问题", "问效能办"])
async def test_of_a_citizens_long_words_nothing_is_cut_off(citizen: FakePerson, place: str) -> None:
    await citizen.says("长" * 9_000)
    await citizen.says("话" * 2_000)
    await citizen.taps(place)
    if place == "反映一个新问题":
        await citizen.taps("我不清楚")
        await citizen.taps("办事拖拉")
    assert citizen.screen().text.startswith("最多 10000 个字，您写了 11001 个。")


async def test_all_that_is_asked_and_why_it_came_back_can_be_read(office: Office, head: FakePerson) -> None:
    asked, why = "一" * 2_900 + "要求到此为止", "二" * 2_900 + "原因到此为止"
    obligation = office.hand_over(working_days=3, asked=asked)
    assert asked in head.screen().text
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, why)
    assert why in head.screen().text
    await head.says(f"/duty {obligation}")
    assert asked in head.screen().text
    assert why in head.screen().text


async def test_a_question_about_what_is_settled_is_answered_before_it_is_typed(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    office.decide(obligations.excuse, obligation, "重复了")
    [said] = await head.says(f"/ask_office {obligation}")
    assert said.text == "D20261121-0001：这一件已经了结，不用再办。"


async def test_a_link_of_somebody_without_a_role_is_as_good_as_expired(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    code = office.office(people.issue_link, office.people["head"], timedelta(days=7))
    withdraw(office, "head")
    [said] = await person("other").says(f"/start k-{code}")
    assert said.text == "这个链接或绑定码已经用过、过期或不存在。请向效能办要一个新的。"


async def test_what_is_due_at_one_moment_stands_in_the_order_of_its_numbers(office: Office, head: FakePerson) -> None:
    handed = [office.hand_over(working_days=3) for _ in range(5)]
    numbers = [f"D20261121-000{place}" for place in range(1, 6)]

    async def listed() -> list[str]:
        [shown] = await head.says("/duties")
        return [line.split()[-1] for line in shown.text.splitlines() if "D2026" in line]

    assert await listed() == numbers
    for obligation in handed:
        office.decide(obligations.excuse, obligation, "重复了")
    assert await listed() == numbers[::-1]


@pytest.mark.parametrize("blank", ["\u200b\u200b\u200b", "\ufeff", "\u3164\u3164", "\u2800\u2800", "\ufe0f\ufe0f"])
async def test_an_answer_that_shows_nothing_is_none(office: Office, head: FakePerson, blank: str) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(blank)
    assert "答复督办事项" not in labels(head)  # nor is it asked what it is
    await head.says(f"/answer {obligation}")
    assert (await head.says(blank))[-1].text.startswith("请用文字回答")
