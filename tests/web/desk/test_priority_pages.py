"""Urgent and key cases at the desk: named in words, set for a reason, found by a filter, entered by form and sheet."""

from __future__ import annotations

from bot.build import Program
from channels.fake import FakePerson
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, first_report, how_many
from tests.web.conftest import Browser
from tests.web.desk.test_import_pages import book, hotline, uploads
from tests.web.desk.test_import_pages import enters as enters_sheet
from tests.web.desk.test_keying_pages import NEW, enters

BADGE = '<span class="tag priority soon">急件</span>'
WHY = "几户群众家里停暖"


async def test_a_clerk_makes_a_case_urgent_and_the_citizen_reads_nothing_of_it(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    number = await complains(citizen)
    await complains(citizen, "收费没有票据，问了也不给")
    report = first_report(await clerk.opens("/console"))
    heard = len(citizen.heard())
    page = await clerk.opens(report)
    assert BADGE not in page
    page = await clerk.sends(f"{report}/prioritise", priority="urgent", text="急")
    assert (clerk.status, "涉及多户群众" in page, ">急</textarea>" in page) == (422, True, True)
    page = await clerk.sends(f"{report}/prioritise", priority="urgent", text=WHY)
    assert clerk.status == 200
    assert BADGE in page
    assert "<strong>改轻重缓急</strong> · <bdi>钱一</bdi>" in page
    assert "<del>普通件</del>" in page
    assert "<ins>急件</ins>" in page
    assert len(citizen.heard()) == heard
    assert (await how_many(clerk, "priority=urgent"), await how_many(clerk, "priority=key")) == (1, 0)
    page = await clerk.opens("/console?priority=urgent")
    assert BADGE in page
    assert 'aria-label="去掉筛选：轻重缓急：急件"' in page
    assert await how_many(clerk, "priority=highest") == 2
    for said in await citizen.says(f"/status {number}"):
        assert "急件" not in said.text
        assert WHY not in said.text
    assert "急件" in await clerk.opens("/console/reports.csv")
    assert is_whole(program)


async def test_a_case_is_entered_as_urgent_by_form_and_by_sheet(program: Program, clerk: Browser) -> None:
    await enters(clerk, priority="highest")
    assert (clerk.status, "请从列表里选：普通件、重点件或急件。" in clerk.page) == (422, True)
    await clerk.opens(NEW)
    await enters(clerk, priority="urgent")
    [case] = rows(program, "cases")
    assert case["priority"] == "urgent"
    assert BADGE in await clerk.opens(f"/console/report/{case['id']}")
    head, *lines = hotline(3)
    words = ("特急", "重点", "一般")
    sheet = [[*head, "紧急程度"], *([*line, word] for line, word in zip(lines, words, strict=True))]
    await enters_sheet(clerk, await uploads(clerk, book(sheet)))
    found = sorted(str(row["priority"]) for row in rows(program, "cases") if row["source"] == "hotline")
    assert found == ["None", "key", "urgent"]
    sheet[1][-1] = "十万火急"
    page = await uploads(clerk, book(sheet))
    assert "轻重缓急要写" in clerk.page, page
