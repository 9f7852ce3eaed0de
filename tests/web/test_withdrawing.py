"""Withdrawing a role is asked twice; adding somebody who is there already is told."""

from __future__ import annotations

import pytest

from bot.build import Program
from services import people
from services.people import Grant, Right, Role
from templates import LANGUAGES
from tests.conftest import rows
from tests.drivers.desk_pages import head_of
from tests.drivers.template_words import words
from tests.web.conftest import MANAGING, Browser, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


@ON_SQLITE
async def test_it_is_asked_with_what_is_lost(program: Program, clerk: Browser) -> None:
    other = member(program, "孙二", Grant(Role.CLERK, None), Grant(Role.AUDITOR, None))
    await clerk.opens(f"/console/people?open={other}")
    assert f'href="/console/people/{other}/withdraw?role=clerk&amp;unit="' in clerk.page
    page = await clerk.opens(f"/console/people/{other}/withdraw?role=clerk&unit=")
    assert "撤销孙二的角色" in page
    lost = page.split("撤销以后不能再")[1]
    assert "<li>管理人员</li>" in lost
    assert "<li>看来件和暗访记录</li>" not in lost, "the other role gives it too"
    assert "还能管理人员的" in page
    assert "钱一" in page
    assert Grant(Role.CLERK, None) in program.acts.look(people.roles_of, other), "only asked yet"
    await clerk.sends(f"/console/people/{other}/withdraw", role="clerk", unit="")
    assert program.acts.look(people.roles_of, other) == (Grant(Role.AUDITOR, None),)
    await clerk.opens(f"/console/people/{other}/withdraw?role=clerk&unit=")
    assert clerk.status == 404, "gone by now"


@ON_SQLITE
async def test_a_unit_that_would_have_no_head_is_named(program: Program, clerk: Browser) -> None:
    head = head_of(program, "gtj")
    page = await clerk.opens(f"/console/people/{head}/withdraw?role=head&unit=gtj")
    assert "市国土局没有负责人" in page


@ON_SQLITE
async def test_ones_own_role_is_withdrawn_knowingly_and_the_last_one_never(
    program: Program, clerk: Browser, clerk_id: str
) -> None:
    page = await clerk.opens(f"/console/people/{clerk_id}/withdraw?role=clerk&unit=")
    assert "这是您自己的角色" in page
    for row in rows(program, "grants"):
        if row["role"] in MANAGING and row["person_id"] != clerk_id:
            program.acts.transact(people.end_role, str(row["person_id"]), str(row["role"]), None)
    page = await clerk.opens(f"/console/people/{clerk_id}/withdraw?role=clerk&unit=")
    assert "最后一位" in page
    assert "确认撤销" not in page
    await clerk.sends(f"/console/people/{clerk_id}/withdraw", role="clerk", unit="")
    assert clerk.status == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_right_has_words(language: str) -> None:
    assert words(language, "people")["right"].keys() == set(Right)


async def test_somebody_of_the_same_name_is_added_only_knowingly(program: Program, clerk: Browser) -> None:
    other = member(program, "孙二", Grant(Role.SUPERVISOR, "gtj"))
    await clerk.opens("/console/people")
    page = await clerk.sends("/console/people", name="孙 二", role="supervisor", unit="gtj")
    assert clerk.status == 422
    notice = page.split("已经有同名或同手机号的人")[1].split("</form>")[0]
    assert f'href="/console/people?open={other}#{other}"' in notice
    assert "市国土局" in notice
    assert 'name="another"' in notice
    assert len(program.acts.look(people.called, "孙二")) == 1
    await clerk.sends("/console/people", name="孙 二", role="supervisor", unit="gtj", another="1")
    assert clerk.status == 200
    assert len(program.acts.look(people.called, "孙二")) == 2


@ON_SQLITE
async def test_a_number_that_somebody_has_is_told_too(program: Program, clerk: Browser) -> None:
    other = member(program, "孙二", Grant(Role.SUPERVISOR, "gtj"))
    program.acts.transact(people.set_phone, other, "13800138000")
    await clerk.opens("/console/people")
    page = await clerk.sends("/console/people", name="周三", role="supervisor", unit="gtj", phone="+86 138 0013 8000")
    assert (clerk.status, "孙二" in page.split("已经有同名或同手机号的人")[1]) == (422, True)
