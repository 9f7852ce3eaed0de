"""The message path: every event has one effect, whoever delivers it how often, and a bad one harms nobody else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import make_url, text

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Incoming, Media, Reply
from models.database import Database, DatabaseAway
from services import people
from services.people import Grant
from services.talk import Journey, Talk, Turn
from tests.conftest import rows

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
COMPLAINT = ("/complaint", "市国土局·办证窗口", "态度不好", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1", "提交")


async def test_an_event_delivered_five_times_has_one_effect(program: Program, citizen: FakePerson) -> None:
    await citizen.says("/complaint", event_id="a")
    for _ in range(4):
        assert await citizen.says("/complaint", event_id="a") == []
    assert len(rows(program, "deliveries")) == 1


async def test_a_conversation_goes_on_after_a_restart_and_a_week(
    make_program: Callable[..., Program], clock: object
) -> None:
    before = make_program()
    first = FakePerson(before.talk, before.acts, before.texts, "c")
    for said in COMPLAINT[:4]:
        await first.says(said)
    clock.passes(days=7)  # pyright: ignore[reportAttributeAccessIssue]
    after = make_program()
    again = FakePerson(after.talk, after.acts, after.texts, "c")
    for said in COMPLAINT[4:]:
        await again.says(said)
    [case] = rows(after, "cases")
    assert case["what"] == "等了两个小时没有人理"


async def test_many_contacts_share_a_batch_and_none_loses_a_word(program: Program) -> None:
    async def complain(n: int) -> None:
        for turn, said in enumerate(COMPLAINT):
            text = f"{said} {n}" if turn == 3 else said
            await program.talk.handle(Incoming("fake", f"{n}-{turn}", f"c{n}", Reply(text=text)))

    await asyncio.gather(*(complain(n) for n in range(60)))
    cases = rows(program, "cases")
    assert sorted(str(case["what"]).split()[-1] for case in cases) == sorted(str(n) for n in range(60))
    assert len({str(case["number"]) for case in cases}) == 60


@on_postgresql
async def test_two_processes_get_every_update_twice_in_any_order(make_program: Callable[..., Program]) -> None:
    """One contact, forty messages, four deliveries each: every message is kept once."""
    programs = [make_program(), make_program()]
    one = FakePerson(programs[0].talk, programs[0].acts, programs[0].texts, "c")
    await one.says("m-start")
    talks = [Talk(program.acts, program.tools, largest_batch=3) for program in programs]
    events = [
        (talk, Incoming("fake", f"update-{n}", "c", Reply(text=f"m{n}.")))
        for n in range(40)
        for talk in talks
        for _ in range(2)
    ]
    random.Random(7).shuffle(events)
    await asyncio.gather(*(talk.handle(incoming) for talk, incoming in events))
    await one.says("问效能办", event_id="last")
    [case] = rows(programs[0], "cases")
    assert sorted(str(case["what"]).split("\n")[1:]) == sorted(f"m{n}." for n in range(40))


async def test_two_processes_and_complaints_in_step(make_program: Callable[..., Program]) -> None:
    """Twenty contacts answer in order; every update reaches both processes at once."""
    programs = [make_program(), make_program()]
    for turn, said in enumerate(COMPLAINT):
        events = [Incoming("fake", f"{n}-{turn}", f"c{n}", Reply(text=said)) for n in range(20)]
        await asyncio.gather(*(program.talk.handle(event) for event in events for program in programs))
    assert len(rows(programs[0], "cases")) == 20
    assert len(rows(programs[0], "deliveries")) == 20 * len(COMPLAINT)


async def test_a_raising_turn_goes_into_quarantine_and_harms_nobody(program: Program) -> None:
    def fail(turn: Turn, argument: str) -> None:
        raise RuntimeError("a fault of ours")

    tools = replace(program.tools, journeys={**program.tools.journeys, "boom": Journey("boom", fail)})
    talk = Talk(program.acts, tools)
    five = [FakePerson(talk, program.acts, program.texts, f"c{n}") for n in range(5)]
    said = ["/complaint", "/complaint", "/boom", "/complaint", "/complaint"]
    await asyncio.gather(*(one.says(what) for one, what in zip(five, said, strict=True)))
    assert "您要反映哪个单位" in five[0].screen().text
    assert "您要反映哪个单位" in five[4].screen().text
    [kept] = rows(program, "quarantine")
    assert kept["error"] == "RuntimeError"
    assert str(kept["id"])[:8] in five[2].screen().text
    await five[2].says("/complaint")
    assert "您要反映哪个单位" in five[2].screen().text


@on_postgresql
async def test_a_database_that_is_away_keeps_nothing_and_says_so(
    make_program: Callable[..., Program], request: pytest.FixtureRequest
) -> None:
    program = make_program()
    server = Database(request.getfixturevalue("postgresql_url"))
    admin = server.engine.execution_options(isolation_level="AUTOCOMMIT")
    name = make_url(program.settings.database).database
    person = FakePerson(program.talk, program.acts, program.texts, "c")
    await person.says("/complaint")
    with admin.connect() as connection:
        connection.execute(text(f"alter database {name} allow_connections false"))
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"), {"name": name}
        )
        event = Incoming("fake", "during", "c", Reply(text="gtj"))
        with pytest.raises(DatabaseAway):
            await program.talk.handle(event)
        with pytest.raises(DatabaseAway):
            await program.database.read(lambda tx: tx.execute(text("select 1")))
        connection.execute(text(f"alter database {name} allow_connections true"))
    await program.talk.handle(event)
    assert any("市国土局" in key.label for row in person.screen().rows for key in row)
    server.close()


async def test_nothing_of_a_session_stands_readable_in_the_database(program: Program, citizen: FakePerson) -> None:
    for said in (*COMPLAINT[:7], "留姓名和电话", "王小明-MARK"):
        await citizen.says(said)
    for table in ("sessions", "deliveries", "contacts", "inbox"):
        assert "MARK" not in repr(rows(program, table))
        assert b"MARK" not in b"".join(v for row in rows(program, table) for v in row.values() if isinstance(v, bytes))


async def test_photos_sent_to_an_idle_chat_are_kept_until_they_have_a_place(
    program: Program, citizen: FakePerson
) -> None:
    await citizen.sends(Media("p1", "photo"))
    await citizen.sends(Media("p2", "photo"), text="窗口没人")
    await citizen.taps("反映一个新问题")
    for said in ("gtj-no", "我不清楚", "说不清，直接写", "一直没人来", "跳过", "跳过"):
        await citizen.says(said)
    assert "已收到 2 件" in citizen.screen().text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_looking_at_ones_cases_leads_back_to_the_open_question(citizen: FakePerson) -> None:
    await citizen.says("/complaint gtj")
    shown = await citizen.says("/status")
    assert "没有找到您的来件" in shown[0].text
    assert "哪个窗口" in shown[-1].text
    await citizen.taps("办证窗口")
    assert "哪一类" in citizen.screen().text


def linked(program: Program, *granted: Grant) -> tuple[str, str]:
    """Somebody with these roles, and the one-time code for them."""
    person_id = program.acts.transact(people.add_person, "某人", granted)
    return person_id, program.acts.transact(people.issue_link, person_id, timedelta(days=1))


@pytest.mark.parametrize("role", ["head", "deputy", "liaison"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_somebody_of_a_unit_is_told_which_one(
    program: Program, person: Callable[..., FakePerson], role: str
) -> None:
    code = linked(program, Grant(role, "gtj"), Grant("supervisor", "gsj"))[1]
    mine = person("of-a-unit")
    [bound] = await mine.says(f"/link {code}")
    assert "要单位办的事会发到这里。" in bound.text
    [menu] = await mine.says("/start")
    assert menu.text.startswith("您好，这里是市效能办。本账号绑定的单位：市国土局。要单位办的事会发到这里。")
    assert "不用留姓名" not in menu.text
    [menu] = await mine.says("/menu")
    assert menu.text.startswith("本账号绑定的单位：市国土局。")
    await mine.says("/language en")
    mine.language = "en"
    assert "This account belongs to Land Bureau." in mine.screen().text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_menu_of_anybody_else_names_no_unit(program: Program, person: Callable[..., FakePerson]) -> None:
    supervisor = person("supervisor-1")
    await supervisor.says(f"/link {linked(program, Grant('supervisor', 'gtj'))[1]}")
    [menu] = await supervisor.says("/start")
    assert "本账号绑定" not in menu.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["tapped", "typed"])
@pytest.mark.parametrize(("language", "told"), [("zh", "权限已经收回"), ("en", "has been withdrawn")])
async def test_whoever_loses_the_role_during_a_visit_is_told_at_the_next_reply(
    program: Program, person: Callable[..., FakePerson], language: str, told: str, how: str
) -> None:
    person_id, code = linked(program, Grant("supervisor", "gtj"))
    supervisor = person("supervisor-1", language=language)
    await supervisor.says(f"/link {code}")
    await supervisor.says("/check")
    unit = supervisor.key("gtj")
    program.acts.transact(people.end_role, person_id, "supervisor", "gtj")
    screen, *_written = await (supervisor.presses(unit.press, unit.turn) if how == "tapped" else supervisor.says("1"))
    assert told in screen.text
    assert [key.press for row in screen.rows for key in row] == ["/menu"]
