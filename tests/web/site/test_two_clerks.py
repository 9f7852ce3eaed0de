"""Two clerks do the same at the same instant: it is done once, and the second is told what has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.desk_pages import ASKED, complains, first_report
from tests.web.conftest import Browser, link, member
from tests.web.site.test_repeated_forms import hidden

HANDED = {"unit": "gtj", "kind": "complaint", "text": ASKED, "days": "5", "date": ""}


@pytest.fixture
async def colleague(program: Program, browser: Callable[[], Awaitable[Browser]]) -> Browser:
    mine = await browser()
    await mine.sends("/in", code=link(program, member(program, "孙二", Grant(Role.CLERK, None))))
    return mine


async def both(path: str, first: tuple[Browser, dict[str, str]], second: tuple[Browser, dict[str, str]]) -> list[str]:
    """What each is told; empty for whoever is led on."""
    sent = [one.client.post(path, data=fields, allow_redirects=False) for one, fields in (first, second)]
    return ["" if answer.status == 303 else await answer.text() for answer in await asyncio.gather(*sent)]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("hand", HANDED),
        ("accept", {"text": ""}),
        ("decline", {"text": "此事正在诉讼中。"}),
        ("ask", {"text": "几号窗口？"}),
    ],
)
async def test_one_case_is_decided_by_one_of_them(
    program: Program, clerk: Browser, colleague: Browser, citizen: FakePerson, act: str, fields: dict[str, str]
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    forms = [(one, hidden(await one.opens(report)) | fields) for one in (clerk, colleague)]
    before = len(citizen.heard())
    told = sorted(await both(f"{report}/{act}", forms[0], forms[1]))
    assert told[0] == ""
    assert "这一件刚刚有变化" in told[1] or "已经处理过" in told[1]
    assert len(citizen.heard()) == before + 1
    handed = [row for row in rows(program, "obligations") if row["unit_id"] is not None]
    assert len(handed) == (1 if act == "hand" else 0)


async def test_a_unit_gets_one_new_head(program: Program, clerk: Browser, colleague: Browser) -> None:
    unit = "gtj-1"
    given = {"role": "head", "unit": unit, "phone": ""}
    forms = [
        (one, hidden(await one.opens("/console/people")) | given | {"name": name})
        for one, name in ((clerk, "甲局长"), (colleague, "乙局长"))
    ]
    told = sorted(await both("/console/people", forms[0], forms[1]))
    assert told[0] == ""
    assert "已经有负责人" in told[1]
    assert len([row for row in rows(program, "grants") if (row["role"], row["unit_id"]) == ("head", unit)]) == 1
