"""Binding a chat account: the code alone is enough, and whoever has none is told where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import people
from services.people import Grant

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOW, UNKNOWN, WAIT = "绑定码直接发到这里", "没有这个码，或者它已经用过、过期", "试得太多了"
NONE = "AAAA-BBBB-CCCC-DDDD"


def invited(program: Program) -> str:
    """A one-time code for a new supervisor."""
    person_id = program.acts.transact(people.add_person, "某人", [Grant("supervisor", "gtj")])
    return program.acts.transact(people.issue_link, person_id, timedelta(days=1))


@pytest.mark.parametrize(
    "sent",
    [
        "{code}",
        "{lower}",
        "{spaced}",
        "绑定 {code}",
        "绑定码：{code}",
        "登录 {code}",
        "我是监督员 {code}",
        "bind {spaced}",
        "/link {code}",
        "https://office.example/in/{code}",
        "/link https://office.example/in/{code}",
        "http://127.0.0.1:8080/chat?start=k-{code}",
        "查询码 {code}",
    ],
)
async def test_a_code_binds_however_it_is_sent(program: Program, citizen: FakePerson, sent: str) -> None:
    code = invited(program)
    told = sent.format(code=code, lower=code.lower(), spaced=code.replace("-", " "))
    [bound] = await citizen.says(told)
    assert "✅ 已绑定，您是：监督员（市国土局）" in bound.text
    [again] = await citizen.says(code)
    assert UNKNOWN in again.text


async def test_a_code_binds_where_a_receipt_code_is_asked_for(program: Program, citizen: FakePerson) -> None:
    await citizen.says("查询码")
    [bound] = await citizen.says(invited(program))
    assert "已绑定" in bound.text


@pytest.mark.parametrize(
    "said", ["绑定", "綁定", "/link", "登录", "我要登录", "我是监督员", "我是窗口负责人", "怎么绑定"]
)
async def test_whoever_has_no_code_is_told_how_to_bind(citizen: FakePerson, said: str) -> None:
    [told] = await citizen.says(said)
    assert HOW in told.text
    assert "绑定码由效能办给" in told.text


@pytest.mark.parametrize("said", ["bind", "log in", "I am a supervisor", "I'm the head of a window", "/link"])
async def test_an_english_speaker_is_told_how_to_bind(person: Callable[..., FakePerson], said: str) -> None:
    [told] = await person("jane", language="en").says(said)
    assert "just send your code here" in told.text


@pytest.mark.parametrize("said", [NONE, "绑定 1234", f"登录 {NONE}", "绑定 AAAABBBBCCCCDDDD", "查询码 K7QF-2M9D"])
async def test_a_wrong_code_is_answered_alike_whatever_it_was_for(
    program: Program, citizen: FakePerson, person: Callable[..., FakePerson], said: str
) -> None:
    [told] = await citizen.says(said)
    assert told.text.startswith(UNKNOWN)
    used = invited(program)
    await citizen.says(used)
    [spent] = await person("other").says(used)
    assert (spent.text, spent.rows) == (told.text, told.rows)


@pytest.mark.parametrize("wrong", [NONE, f"/link {NONE}", f"绑定 {NONE}", f"/status {NONE}", f"/start k-{NONE}"])
async def test_guessing_is_slowed_however_codes_are_sent(
    program: Program, citizen: FakePerson, person: Callable[..., FakePerson], clock, wrong: str
) -> None:
    code = invited(program)
    for _ in range(20):
        [told] = await citizen.says(wrong)
        assert WAIT not in told.text
    for sent in (wrong, code, f"/link {code}", f"绑定 {code}"):
        [told] = await citizen.says(sent)
        assert WAIT in told.text
    [kept] = await citizen.says("this just cant work")  # no code is guessed by it
    assert "您想把它用在哪里" in kept.text
    clock.passes(seconds=31)
    [bound] = await citizen.says(code)
    assert "已绑定" in bound.text
