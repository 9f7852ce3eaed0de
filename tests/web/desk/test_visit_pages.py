"""Spot checks at the desk: listed, noted, and their supervisor's name opened for a purpose."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import people
from tests.conftest import events
from tests.drivers.desk_pages import actions, checks, complains, first_report, how_many, looks_who

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


async def test_a_visit_stands_in_the_same_list_and_its_identity_is_opened_for_a_purpose(
    program: Program, clerk, person: Callable[..., FakePerson]
) -> None:
    await checks(program, person("supervisor-1"))
    page = await clerk.opens("/console?kind=visit")
    assert "窗口无人" in page or "下午没人" in page
    report = first_report(page)
    page = await clerk.opens(report)
    assert "窗口无人" in page
    assert "25 分钟" in page
    assert "林监督" not in page
    assert "114.9" not in page
    page = await clerk.sends(f"{report}/identity", purpose="")
    assert clerk.status == 422
    page = await looks_who(program, clerk, report, "核实到场")
    assert "林监督" in page
    assert "114.9" in page
    assert actions(program)[-1] == "identity_opened"


async def test_a_visit_is_noted_and_its_supervisor_finds_that_without_a_message(
    program: Program, clerk, browser, person: Callable[..., FakePerson], clerk_id: str
) -> None:
    supervisor = person("supervisor-1")
    await checks(program, supervisor)
    [told] = await supervisor.says("/status")
    assert re.search(r"您的暗访记录：\n20261121-9248 市国土局 11月21日 周六 已收到$", told.text)
    other = await browser()
    code = program.acts.by(clerk_id).transact(people.invite, clerk_id, 1)[1]
    await other.sends("/in", code=code)
    report = first_report(await clerk.opens("/console?state=received"))
    await clerk.opens(report)
    await other.opens(report)
    heard = len(supervisor.heard())
    page = await clerk.sends(f"{report}/note")
    assert "已记为已阅" in page
    assert 'value="note"' not in page
    assert f"{report}/note" not in page
    page = await other.sends(f"{report}/note")
    assert other.status == 409
    assert "刚刚有变化" in page
    assert [row["actor"] for row in events(program) if row["action"] == "visit_noted"] == [clerk_id]
    assert await how_many(clerk, "state=received") == 0
    assert await how_many(clerk, "state=noted") == 1
    assert len(supervisor.heard()) == heard
    [told] = await supervisor.says("/status")
    assert "20261121-9248 市国土局 11月21日 周六 效能办已阅" in told.text


@ON_SQLITE
async def test_only_a_visit_is_noted(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/note")
    assert clerk.status == 404


async def test_who_complains_and_checks_finds_both(program: Program, person: Callable[..., FakePerson]) -> None:
    supervisor = person("supervisor-1")
    complaint = await complains(supervisor)
    await checks(program, supervisor)
    [told] = await supervisor.says("/status")
    assert "20261121-4348 市国土局" in told.text
    assert "您有 1 件来件" in told.text
    [shown] = await supervisor.taps(f"{complaint[-4:]} 市国土局 待受理 11月21日 周六")
    assert "等了两个小时没有人理" in shown.text
