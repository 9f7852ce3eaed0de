"""Who sees an obligation by chat, who may do something about it, and who cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import people
from services.people import Grant, Role, grant_more
from tests.conftest import rows
from tests.drivers.chat_screens import Meet, labels, texts
from tests.drivers.told_units import Office, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NO_LONGER = "您不再是市国土局负责人，市国土局的督办事项不再由您办理，以前的按钮不能再用。有疑问请问效能办。"
GONE = "没有找到这件督办事项。请从「我的督办事项」里选。"


@pytest.mark.parametrize("command", ["/duty", "/acknowledge", "/answer", "/more_time", "/not_ours", "/ask_office"])
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
    for command in ("duty", "answer", "acknowledge", "more_time", "not_ours", "ask_office", "seen"):
        for argument in ("\0", "x" * 60, "'", "-1"):
            await head.says(f"/{command} {argument}")
    assert rows(office.program, "quarantine") == []


@pytest.mark.parametrize(
    "command", ["duties", "duty", "acknowledge", "answer", "more_time", "not_ours", "ask_office", "late"]
)
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
    [answer, back] = await head.taps("提交")
    assert answer.text.startswith(NO_LONGER)
    assert "已经整改" in back.text
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
    assert "投诉件的办理结果" in texts(head)
    assert str(case["number"]) not in texts(head)
    await head.says(f"/answer {obligation}")
    for secret in ("王秘密", "两个小时", str(case["id"])):
        assert secret not in texts(head)


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


async def test_a_link_of_somebody_without_a_role_is_as_good_as_expired(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    code = office.office(people.issue_link, office.people["head"], timedelta(days=7))
    withdraw(office, "head")
    [said] = await person("other").says(f"/start k-{code}")
    assert said.text == "这个链接或绑定码已经用过、过期或不存在。请向效能办要一个新的。"


async def test_a_number_typed_first_opens_the_duty_for_its_unit_alone(
    office: Office, head: FakePerson, citizen: FakePerson, person: Meet
) -> None:
    number = office.look(office.hand_over(working_days=3)).obligation.number
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for said in (
        number,
        number.lower(),
        wide,
        number.replace("-", ""),
        number.replace("-", " — "),
        f"{number}怎么样了",
    ):
        assert (await head.says(said))[0].text.startswith(f"{number} · "), said
    [asked] = await head.says(f"{number} 已经整改")
    assert "您想把它用在哪里" in asked.text
    office.bind("head", "other", unit="gdj")
    for stranger, told in ((person("other"), GONE), (citizen, f"没有找到编号 {number}。")):
        [theirs] = await stranger.says(number.lower())
        [nobodys] = await stranger.says("D20261123-0999")
        assert (theirs.text.replace(number, ""), theirs.rows) == (
            nobodys.text.replace("D20261123-0999", ""),
            nobodys.rows,
        )
        assert theirs.text.startswith(told)
