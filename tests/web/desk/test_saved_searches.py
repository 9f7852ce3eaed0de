"""Searches saved under a name: by each for themself, sealed, and forgotten when no longer needed."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.desk_pages import complains
from tests.web.conftest import link, member

DROP = re.compile(r"/console/searches/[0-9a-f]{20}/drop")


async def test_a_search_is_saved_opened_and_forgotten_by_its_owner_alone(
    program: Program, clerk, browser, citizen: FakePerson
) -> None:
    number = await complains(citizen, "办证大厅收费不开票")
    asked = "q=%E5%BC%80%E7%A5%A8&unit=gtj"
    await clerk.opens(f"/console?{asked}")
    page = await clerk.sends("/console/searches", name="国土局 票据", asked=f"{asked}&evil=1")
    assert "存下了" in page
    [row] = rows(program, "searches")
    assert "票据".encode() not in bytes(row["sealed"])  # pyright: ignore[reportArgumentType]
    page = await clerk.opens("/console")
    assert f'href="/console?{asked.replace("&", "&amp;")}"><bdi>国土局 票据</bdi>' in page
    assert number in await clerk.opens(f"/console?{asked}")
    page = await clerk.sends("/console/searches", name="国土局票据", asked="kind=question")
    assert len(rows(program, "searches")) == 1, "one of the same name gives way"

    other = await browser()
    await other.sends("/in", code=link(program, member(program, "李二", Grant(Role.CLERK, None))))
    assert "国土局票据" not in await other.opens("/console")
    address = DROP.search(page)
    assert address
    await other.opens("/console?q=1")
    await other.sends(address.group(), asked="")
    assert len(rows(program, "searches")) == 1, "somebody else's"
    await clerk.opens("/console")
    assert "去掉了" in await clerk.sends(address.group(), asked="")
    assert rows(program, "searches") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_there_is_an_end_to_saving_and_it_is_told(program: Program, clerk, clerk_id: str) -> None:
    for n in range(desk.MOST_SAVED):
        assert program.acts.by(clerk_id).transact(desk.save_search, f"第{n}个", "q=1")
    await clerk.opens("/console?q=2")
    assert "最多存二十个" in await clerk.sends("/console/searches", name="再一个", asked="q=2")
    assert "没有存下" in await clerk.sends("/console/searches", name="没有条件", asked="")
    assert len(rows(program, "searches")) == desk.MOST_SAVED
