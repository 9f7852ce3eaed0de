"""A citizen asks to be forgotten: what leads to them goes, the case stays, and what is owed to them still comes."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk, people
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import Office, decide

NAME = "王小明"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    return Office(program, clock)


async def complains(citizen: FakePerson) -> tuple[str, str]:
    """Its number and its receipt code."""
    await citizen.says("/complaint gtj")
    for said in (
        "/skip",
        "办事拖拉",
        "等了两个小时",
        "/skip",
        "/skip",
        "/skip",
        "留姓名和电话",
        "王小明",
        "13800138000",
    ):
        await citizen.says(said)
    [receipt] = await citizen.taps("提交")
    number = receipt.text.partition("编号 ")[2][:13]
    return number, receipt.text.partition("查询码 ")[2].split()[0]


def close(office: Office) -> None:
    [case] = [row for row in rows(office.program, "cases") if row["state"] == "received"]
    decide(office, desk.accept, str(case["id"]), "")
    decide(office, desk.answer, str(case["id"]), "窗口已经增开")


async def test_who_asks_is_forgotten_and_the_case_stays(program: Program, citizen: FakePerson, office: Office) -> None:
    number, code = await complains(citizen)
    close(office)
    [asked] = await citizen.says("删除我的资料")
    assert "姓名、电话会从您提交的 1 件来件里删掉" in asked.text
    assert rows(program, "vault")
    await citizen.says("不删")
    assert rows(program, "vault")
    await citizen.says("忘记我")
    [done] = await citizen.taps("忘记我")
    assert "我们不再知道哪些来件是您的" in done.text
    assert rows(program, "vault") == rows(program, "owners") == []
    assert [(row["number"], row["state"], row["named"]) for row in rows(program, "cases")] == [
        (number, "closed", False)
    ]
    assert "没有找到您的来件" in (await citizen.says("/status"))[-1].text
    assert "没有这个码" in (await citizen.says(code))[-1].text
    assert [one["actor"] for one in events(program) if one["action"] == "identity_forgotten"] == ["citizen"]
    assert is_whole(program)


async def test_the_answer_to_what_is_under_way_still_comes(
    program: Program, citizen: FakePerson, office: Office
) -> None:
    await complains(citizen)
    await citizen.says("忘记我")
    [done] = await citizen.says("确定删除")
    assert "还在办的 1 件，答复会发到这里" in done.text
    [kept] = rows(program, "vault")
    assert program.vault.identities.open(bytes(kept["sealed"]), f"identity {kept['subject_id']}") == {}  # pyright: ignore[reportArgumentType]
    before = len(citizen.heard())
    close(office)
    assert any("窗口已经增开" in one.text for one in citizen.heard(before))
    await citizen.says("忘记我")
    await citizen.taps("忘记我")
    assert rows(program, "vault") == rows(program, "owners") == []


@ON_SQLITE
async def test_whoever_only_brought_the_code_takes_nothing_from_who_filed_it(
    program: Program, citizen: FakePerson, person, office: Office
) -> None:
    _, code = await complains(citizen)
    close(office)
    friend = person("friend")
    await friend.says(code)
    assert len(rows(program, "owners")) == 2
    await friend.says("忘记我")
    await friend.taps("忘记我")
    assert len(rows(program, "owners")) == 1
    [kept] = rows(program, "vault")
    assert program.vault.identities.open(bytes(kept["sealed"]), f"identity {kept['subject_id']}")["name"] == NAME  # pyright: ignore[reportArgumentType]
    assert "窗口已经增开" in (await citizen.says("/status"))[-1].text


@ON_SQLITE
async def test_a_half_filled_form_goes_too(program: Program, citizen: FakePerson) -> None:
    await citizen.says("/complaint gtj")
    await citizen.says("/forget")
    await citizen.taps("忘记我")
    assert [row["flow"] for row in rows(program, "sessions")] == [None]


@ON_SQLITE
async def test_a_spot_check_keeps_where_and_when_it_was(program: Program, citizen: FakePerson) -> None:
    """It is the office's evidence: its supervisor's wish to be forgotten as a citizen must not take it away."""
    await complains(citizen)
    seen = {"place": [30.1, 120.2]}
    [contact_id] = program.acts.transact(lambda act: people.ensure_contacts(act, "fake", [citizen.address], "zh"))
    contact = people.Contact(contact_id, "fake", "zh")
    program.acts.transact(lambda act: people.keep_identity(act, "visit-1", contact, seen, receipt=False))
    await citizen.says("忘记我")
    [done] = await citizen.taps("忘记我")
    assert "已经删掉了" in done.text
    assert program.acts.look(people.identity_of, "visit-1") == seen
    assert program.acts.look(people.owns, contact.id, "visit-1")
