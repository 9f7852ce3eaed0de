"""The page of people: who cannot be reached, their numbers, and a new head of a unit."""

from __future__ import annotations

import pytest

from bot.build import Program
from services import people
from services.foundation.phones import masked
from services.people import Grant, Role, ensure_contact, reach_changed
from tests.conftest import events, rows
from tests.drivers.desk_pages import head_of, instruct, is_head
from tests.web.conftest import link, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


@ON_SQLITE
async def test_whoever_blocked_us_is_shown_beside_the_name(program: Program, clerk) -> None:
    head_id = head_of(program, "gtj")
    program.acts.transact(ensure_contact, "telegram", "4711", "zh", head_id)
    assert "停用或注销" not in await clerk.opens("/console/people")
    program.acts.transact(reach_changed, "telegram", "e1", "4711", blocked=True)
    assert "Telegram收不到" in await clerk.opens("/console/people")


@ON_SQLITE
async def test_a_number_is_kept_sealed_and_shown_masked(program: Program, clerk) -> None:
    head_id = head_of(program, "gtj")
    await clerk.opens("/console/people")
    page = await clerk.sends(f"/console/people/{head_id}/phone", phone="12345")
    assert clerk.status == 422
    assert "这不是能用的手机号" in page
    assert 'value="12345"' in page
    page = await clerk.sends(f"/console/people/{head_id}/phone", phone="138 0013 8000")
    assert masked("+8613800138000") in page
    assert "13800138000" not in page
    assert "138000" not in str(rows(program, "people")) + str(events(program))  # 8000 alone is in ids too
    page = await clerk.sends(f"/console/people/{head_id}/phone", phone="")
    assert "138****8000" not in page
    page = await clerk.sends("/console/people", name="白小雨", role="deputy", unit="gtj", phone="abc")
    assert clerk.status == 422
    assert 'value="白小雨"' in page
    assert 'value="abc"' in page
    page = await clerk.sends("/console/people", name="白小雨", role="superior", unit="gtj", phone="13800138000")
    assert "138****8000" in page
    assert "分管领导" in page


async def test_a_new_head_takes_over_by_a_new_link(program: Program, clerk, clerk_id: str, person, clock) -> None:
    old, new = person("old-head"), person("new-head")
    old_id = await is_head(program, old)
    clock.passes(minutes=5)
    await clerk.opens("/console/people")
    page = await clerk.sends("/console/people", name="白小雨", role="head", unit="gtj")
    assert clerk.status == 422
    assert "市国土局已经有负责人\uff1a李卫东" in page
    assert 'value="白小雨"' in page
    await clerk.sends("/console/people", name="白小雨", role="head", unit="gtj", takes_over="1")
    assert clerk.status == 200
    page = await clerk.opens("/console/people")
    cards = {
        name: card
        for card in page.split('<li class="card"')
        for name in ("白小雨", "李卫东")
        if f"<bdi>{name}<" in card
    }
    waits = {name: '<span class="tag soon">待接任</span>' in card for name, card in cards.items()}
    assert waits == {"白小雨": True, "李卫东": False}
    instruct(program, clerk_id)
    assert "11月27日" in old.screen().text  # until the new one has come in
    [new_id] = set(program.acts.look(people.heads_of, ["gtj"])["gtj"]) - {old_id}
    await new.says(f"/link {link(program, new_id)}")
    assert head_of(program, "gtj") == new_id
    assert "待接任</span>" not in await clerk.opens("/console/people")
    assert program.acts.look(people.roles_of, old_id) == ()
    heard = len(old.heard())
    instruct(program, clerk_id)
    assert len(old.heard()) == heard
    await old.says(f"/link {link(program, old_id)}")  # a link of somebody without the role puts nobody out
    assert head_of(program, "gtj") == new_id


@ON_SQLITE
async def test_a_head_who_is_bound_already_takes_over_at_once(program: Program, clerk, person, clock) -> None:
    old_id = head_of(program, "gtj")
    deputy_id = member(program, "副手", Grant(Role.DEPUTY, "gtj"), Grant(Role.SUPERIOR, "gsj"))
    await person("deputy").says(f"/link {link(program, deputy_id)}")
    assert head_of(program, "gtj") == old_id
    clock.passes(minutes=5)
    await clerk.opens("/console/people")
    page = await clerk.sends(f"/console/people/{deputy_id}/grant", role="head", unit="gtj")
    assert clerk.status == 422
    assert "接任" in page
    await clerk.sends(f"/console/people/{deputy_id}/grant", role="head", unit="gtj", takes_over="1")
    assert clerk.status == 200
    assert head_of(program, "gtj") == deputy_id
    held = program.acts.look(people.roles_of, deputy_id)
    assert Grant(Role.HEAD, "gtj") in held


@ON_SQLITE
@pytest.mark.parametrize("name", ["林\U0003158e", "王\ue863", "李\U00033fff"], ids=ascii)
async def test_a_rare_character_in_a_name_is_kept(clerk, name: str) -> None:
    await clerk.opens("/console/people")
    page = await clerk.sends("/console/people", name=name, role="supervisor", unit="gtj")
    assert (clerk.status, name in page) == (200, True)


@ON_SQLITE
async def test_a_name_of_which_nothing_is_seen_is_asked_again(clerk) -> None:
    await clerk.opens("/console/people")
    page = await clerk.sends("/console/people", name="\u200b\u3164", role="supervisor", unit="gtj")
    assert clerk.status == 422
    assert "请填姓名" in page
