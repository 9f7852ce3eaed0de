"""Cases that a clerk enters: everything wrong is told at once, nothing twice, and who complained lies in the vault."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from bot.build import Program
from channels.fake import FakePerson
from models.tables import metadata
from services import calendar
from services.cases import SOURCES
from services.people import Grant, Role
from tests.conftest import Clock, owed, rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import looks_who
from tests.web.conftest import Browser, link, member

NEW = "/console/cases/new"
PETITION = {
    "source": "petition",
    "number": "赣信〔2026〕０１５号",
    "arrived": "2026-11-18",
    "kind": "complaint",
    "unit": "gtj",
    "category": "slow",
    "text": "办证拖了三个月，每次都说领导不在",
    "happened": "2026-11-02",
    "name": "欧阳修竹",
    "phone": "138 0013 8777",
}
RECEIPT = re.compile(r'id="receipt">([^<]+)<')


def entered(program: Program) -> dict[str, Any]:
    [case] = rows(program, "cases")
    return case


async def enters(clerk: Browser, **changes: str) -> str:
    await clerk.opens(NEW)
    return await clerk.sends(NEW, **PETITION | changes)


async def test_a_petition_is_entered_and_handled_like_what_comes_by_chat(
    program: Program, clerk: Browser, citizen: FakePerson, clock: Clock
) -> None:
    assert NEW in await clerk.opens("/console")
    page = await enters(clerk)
    case = entered(program)
    assert (clerk.status, case["source"], case["kind"], case["unit_id"]) == (200, "petition", "complaint", "gtj")
    assert case["number"] in page
    [promise] = rows(program, "obligations")
    assert promise["kind"] == "acceptance"  # from the day on which it was entered
    due = promise["due_at"]
    assert isinstance(due, datetime)
    assert due.astimezone(clock().tzinfo).date() == calendar.limit_end(clock().date(), 15, counted="calendar")
    receipt = RECEIPT.search(page)
    assert receipt

    page = await clerk.opens(f"/console/report/{case['id']}")
    assert "信访" in page
    assert "赣信〔2026〕０１５号" in page
    assert "11月18日" in page
    assert "打电话告知" in page
    await clerk.sends(f"/console/report/{case['id']}/accept", text="")
    assert "没有发出" in clerk.page
    assert not rows(program, "deliveries")

    said = await citizen.says(receipt[1])  # whoever has the code follows it from now on
    assert any(case["number"] in one.text for one in said)
    await clerk.opens(f"/console/report/{case['id']}")
    assert "打电话告知" not in clerk.page
    await clerk.sends(f"/console/report/{case['id']}/ask", text="请问是哪个窗口？")
    assert "询问已发给来件人" in clerk.page
    assert is_whole(program)


async def test_who_complained_lies_in_the_vault_alone(program: Program, clerk: Browser) -> None:
    page = await enters(clerk)
    receipt = RECEIPT.search(page)
    assert receipt
    secrets = "欧阳修竹", "13800138777", "138 0013 8777", receipt[1]
    written = {name: repr(rows(program, name)) for name in metadata.tables}
    assert "办证拖了三个月" in written["cases"]  # or else nothing would be tested
    assert [(name, one) for name, said in written.items() for one in secrets if one in said] == []
    case = entered(program)
    page = await clerk.opens(f"/console/report/{case['id']}")
    assert not any(secret in page for secret in secrets)
    await looks_who(program, clerk, f"/console/report/{case['id']}")
    assert "欧阳修竹" in clerk.page
    assert "13800138777" in clerk.page


async def test_everything_wrong_is_told_at_once_and_what_was_typed_stays(program: Program, clerk: Browser) -> None:
    page = await enters(clerk, source="", category="", text="x", happened="2099-01-01", phone="12345", arrived="昨天")
    assert clerk.status == 422
    for name in ("source", "category", "text", "happened", "phone", "arrived"):
        assert f'<a href="#{name}">' in page, name
        assert f'id="{name}-wrong"' in page, name
    assert "欧阳修竹" in page
    assert 'value="12345"' in page
    assert rows(program, "cases") == rows(program, "vault") == []


async def test_a_number_is_entered_once_for_each_source(program: Program, clerk: Browser) -> None:
    await enters(clerk)
    page = await enters(clerk, number="赣信〔2026〕 015号", text="同一件，换了说法")
    assert clerk.status == 422
    assert "已经登记过" in page
    assert f"/console/report/{entered(program)['id']}" in page
    assert "同一件，换了说法" in page
    await enters(clerk, source="hotline")
    assert len(rows(program, "cases")) == 2


async def test_the_same_without_a_number_is_asked_about_and_taken_when_it_is_another_one(
    program: Program, clerk: Browser
) -> None:
    await enters(clerk, number="")
    first = entered(program)
    page = await enters(clerk, number="")
    assert (clerk.status, "各项都一样" in page, str(first["number"]) in page) == (422, True, True)
    assert len(rows(program, "cases")) == 1
    again = re.findall(r'name="again" value="([^"]+)"', page)
    assert again == [first["number"]]
    page = await clerk.sends(NEW, **PETITION | {"number": "", "again": again[0]})
    assert (clerk.status, bool(RECEIPT.search(page)), len(rows(program, "cases"))) == (200, True, 2)
    clerk.page = await clerk.opens(NEW)
    page = await clerk.sends(NEW, **PETITION | {"number": "", "again": again[0]})
    assert (clerk.status, len(rows(program, "cases"))) == (422, 2), "what was confirmed counts once"
    third = re.findall(r'name="again" value="([^"]+)"', page)
    assert third != again
    await clerk.sends(NEW, **PETITION | {"number": "", "again": third[0]})
    assert len(rows(program, "cases")) == 3
    await enters(clerk, number="", happened="2026-11-03")
    assert len(rows(program, "cases")) == 4
    await enters(clerk)
    await enters(clerk, again=str(rows(program, "cases")[-1]["number"]))
    assert (clerk.status, len(rows(program, "cases"))) == (422, 5), "a number is no other one's"
    assert is_whole(program)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_arrives_before_it_happens(program: Program, clerk: Browser) -> None:
    page = await enters(clerk, arrived="2026-11-01")
    assert (clerk.status, 'id="arrived-wrong">到件日期早于事情发生的日期' in page) == (422, True)
    assert rows(program, "cases") == []
    await enters(clerk, arrived="2026-11-02")
    assert len(rows(program, "cases")) == 1


async def test_an_opinion_becomes_a_supervised_item_in_one_step(
    program: Program, clerk: Browser, clerk_id: str
) -> None:
    await enters(clerk, kind="opinion", category="", name="", phone="")
    case = entered(program)
    page = await clerk.opens(f"/console/report/{case['id']}")
    assert "意见建议" in page
    assert "也没有留电话" in page
    member(program, "局长", Grant(Role.HEAD, "gtj"))
    await clerk.sends(
        f"/console/report/{case['id']}/hand", unit="gtj", kind="instruction", text="请限期整改并回复", days="10"
    )
    assert "instruction" in {one["kind"] for one in owed(program)}
    assert entered(program)["state"] == "handed"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.LEADING_GROUP, Role.ADMINISTRATOR])
async def test_who_decides_nothing_enters_nothing(program: Program, browser: Any, role: Role) -> None:
    someone = await browser()
    await someone.sends("/in", code=link(program, member(program, "赵二", Grant(role, None))))
    assert NEW not in await someone.opens("/console")
    await someone.opens(NEW)
    assert someone.status == 403


def test_every_source_has_words(program: Program) -> None:
    for texts in program.texts.values():
        assert all(texts.has("common", f"source_{source}") for source in SOURCES)
