"""A form that arrives twice does once what it asks, on both databases and at the same instant."""

from __future__ import annotations

import asyncio

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.foundation.vault import new_id
from services.people import Grant, Role
from tests.conftest import owed, rows
from tests.drivers.desk_pages import ASKED, complains, first_report, is_head
from tests.web.conftest import CSRF, NUMBER, SEEN, Browser, link, member

GIVEN = {"unit": "gtj", "kind": "instruction", "text": ASKED, "days": "5", "date": ""}
NEW = "/console/duties/new"


def hidden(page: str) -> dict[str, str]:
    found = (("csrf", CSRF.search(page)), ("seen", SEEN.search(page)), ("number", NUMBER.search(page)))
    return {name: one.group(1) for name, one in found if one}


async def arrives(browser: Browser, path: str, fields: dict[str, str], times: int = 1) -> list[str]:
    """Where each of these leads that are sent at the same instant."""
    sent = [browser.client.post(path, data=fields, allow_redirects=False) for _ in range(times)]
    answers = await asyncio.gather(*sent)
    assert [answer.status for answer in answers] == [303] * times, await answers[-1].text()
    return [answer.headers["Location"] for answer in answers]


def made(program: Program) -> dict[str, int]:
    names = ("obligations", "reminders", "entries", "deliveries", "audit")
    return {name: len(rows(program, name)) for name in names}


async def test_an_instruction_that_arrives_twice_is_one(program: Program, clerk: Browser, person) -> None:
    head = person("head-1")
    await is_head(program, head)
    heard = len(head.heard())
    form = hidden(await clerk.opens(NEW)) | GIVEN
    first, *more = await arrives(clerk, NEW, form, 4)
    assert set(more) == {first}
    once = made(program)
    assert (once["obligations"], len(head.heard())) == (1, heard + 1)
    assert await arrives(clerk, NEW, form) == [first]
    assert made(program) == once
    assert "已交办" in await clerk.opens(first)

    [other] = await arrives(clerk, NEW, form | {"unit": "gsj"})  # the same form with another unit is another matter
    assert other != first
    assert len(owed(program)) == 2
    await clerk.opens(NEW)
    page = await clerk.sends(NEW, **GIVEN)  # one that was opened anew is asked about first
    assert ("已经交办给这个单位" in page, len(owed(program))) == (True, 2)


async def test_a_case_that_is_handed_over_twice_is_so_once(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    form = hidden(await clerk.opens(report)) | GIVEN | {"kind": "complaint"}
    heard = len(citizen.heard())
    first, *more = await arrives(clerk, f"{report}/hand", form, 3)
    assert set(more) == {first}
    assert await arrives(clerk, f"{report}/hand", form) == [first]
    assert (len(owed(program)), len(citizen.heard())) == (1, heard + 1)
    assert "已交办" in await clerk.opens(first)


async def test_what_was_refused_can_be_sent_again_and_a_number_takes_nobodys_place(
    program: Program, clerk: Browser, citizen: FakePerson, browser
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    form = hidden(await clerk.opens(NEW)) | GIVEN
    refused = await clerk.client.post(NEW, data=form | {"text": ""})
    assert refused.status == 422
    [mine] = await arrives(clerk, NEW, form)

    colleague = await browser()
    await colleague.sends("/in", code=link(program, member(program, "孙二", Grant(Role.CLERK, None))))
    theirs = hidden(await colleague.opens(NEW)) | GIVEN | {"number": form["number"], "unit": "gsj"}
    assert await arrives(colleague, NEW, theirs) != [mine]
    taken = mine[len("/console/duty/") :][:20]
    for n, number in enumerate((taken, report[-20:], "", "x", new_id() + "0", new_id().upper(), "é" * 20)):
        await arrives(clerk, NEW, form | {"number": number, "text": f"{ASKED}{n}"})
    owing = owed(program)
    assert len({str(obligation["id"]) for obligation in owing} - {report[-20:]}) == len(owing) == 9


async def test_a_person_who_is_added_twice_is_one_and_a_role_too(program: Program, clerk: Browser) -> None:
    known = len(rows(program, "people"))
    form = hidden(await clerk.opens("/console/people")) | {
        "name": "白小雨",
        "role": "liaison",
        "unit": "gtj",
        "phone": "",
    }
    first, *more = await arrives(clerk, "/console/people", form, 3)
    assert set(more) == {first}
    assert await arrives(clerk, "/console/people", form) == [first]
    assert len(rows(program, "people")) == known + 1
    page = await clerk.opens(first)
    card = page[page.index("白小雨</bdi>") :]
    assert "接下来生成一次性链接" in card[: card.index("</li>")]

    person_id = first.partition("#")[2]
    more_role = hidden(page) | {"role": "deputy", "unit": "gtj"}
    await arrives(clerk, f"/console/people/{person_id}/grant", more_role, 3)
    await arrives(clerk, f"/console/people/{person_id}/grant", more_role)
    held = [row["role"] for row in rows(program, "grants") if row["person_id"] == person_id]
    assert sorted(map(str, held)) == ["deputy", "liaison"]
    await arrives(clerk, f"/console/people/{person_id}/withdraw", more_role)
    await arrives(clerk, f"/console/people/{person_id}/withdraw", more_role)
    now = [row["role"] for row in rows(program, "grants") if row["person_id"] == person_id and row["until"] is None]
    assert now == ["liaison"]
    number = hidden(page) | {"phone": "13800138000"}
    await arrives(clerk, f"/console/people/{person_id}/phone", number, 3)
    assert "138****8000" in await clerk.opens("/console/people")


async def test_a_day_of_the_calendar_that_is_set_twice_is_one(program: Program, clerk: Browser) -> None:
    form = hidden(await clerk.opens("/console/calendar")) | {"day": "2026-11-30", "what": "free", "note": "统一放假"}
    await arrives(clerk, "/console/calendar", form, 4)
    await arrives(clerk, "/console/calendar", form | {"what": "works"})
    [day] = rows(program, "calendar_days")
    assert (day["day"], day["works"], day["note"]) == ("2026-11-30", True, "统一放假")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_form_is_known_again_after_its_deadline(program: Program, clerk: Browser, clock) -> None:
    """The answer was lost at three minutes to six, and the form is sent again at five past."""
    form = hidden(await clerk.opens(NEW)) | GIVEN | {"days": "", "date": "2026-11-21", "sure": "2026-11-21"}
    clock.passes(hours=2, minutes=57)
    [first] = await arrives(clerk, NEW, form)
    clock.passes(minutes=8)
    assert await arrives(clerk, NEW, form) == [first]
