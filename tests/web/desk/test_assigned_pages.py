"""Whose a case is: taken, given, found in the list, and handed on as a whole when somebody leaves."""

from __future__ import annotations

import asyncio

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, first_report, how_many
from tests.web.conftest import link, member


async def _other(program: Program, browser, name: str = "李二"):
    other, other_id = await browser(), member(program, name, Grant(Role.CLERK, None))
    await other.sends("/in", code=link(program, other_id))
    return other, other_id


async def test_two_take_a_case_at_once_and_one_has_it(
    program: Program, clerk, browser, citizen: FakePerson, clerk_id: str
) -> None:
    await complains(citizen)
    other, other_id = await _other(program, browser)
    report = first_report(await clerk.opens("/console?whose=nobody"))
    await clerk.opens(report)
    await other.opens(report)
    heard = len(citizen.heard())
    await asyncio.gather(
        clerk.sends(f"{report}/assign", person=clerk_id), other.sends(f"{report}/assign", person=other_id)
    )
    assert sorted([clerk.status, other.status]) == [200, 409]
    winner, loser, name = (clerk, other, "钱一") if clerk.status == 200 else (other, clerk, "李二")
    assert f"<dt>经办人</dt><dd><bdi>{name}</bdi></dd>" in loser.page
    assert f"<ins><bdi>{name}</bdi></ins>" in winner.page
    assert await how_many(winner, "whose=me") == 1
    assert f"经办人：<bdi>{name}</bdi>" in winner.page
    assert await how_many(loser, "whose=me") == 0
    assert await how_many(loser, "whose=nobody") == 0
    assert len(citizen.heard()) == heard
    assert is_whole(program)


async def test_only_somebody_who_decides_about_reports_is_given_one(
    program: Program, clerk, citizen: FakePerson, clerk_id: str
) -> None:
    await complains(citizen)
    auditor = member(program, "赵审计", Grant(Role.AUDITOR, None))
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    assert "赵审计" not in page
    for wrong in (auditor, "0" * 20, ""):
        await clerk.sends(f"{report}/assign", person=wrong)
        assert clerk.status == 422
    await clerk.sends(f"{report}/assign", person=clerk_id)
    await clerk.sends(f"{report}/assign", person="")
    assert clerk.status == 200
    assert [row["assigned_to"] for row in rows(program, "cases")] == [None]


async def test_what_is_open_of_somebody_is_handed_on_in_one_step(
    program: Program, clerk, browser, citizen: FakePerson, clerk_id: str
) -> None:
    _, other_id = await _other(program, browser)
    for n in range(3):
        await complains(citizen, f"第{n}次等了两个小时没有人理")
        report = first_report(await clerk.opens("/console?whose=nobody"))
        await clerk.opens(report)
        await clerk.sends(f"{report}/assign", person=other_id)
    await clerk.sends(f"{report}/decline", text="不属于受理范围")
    page = await clerk.opens("/console/assigned")
    assert "2 件还要办" in page
    case = next(row for row in rows(program, "cases") if row["state"] == "received")
    await clerk.opens(report := f"/console/report/{case['id']}")
    await clerk.sends(f"{report}/accept", text="")
    await clerk.sends(f"{report}/answer", text="窗口已经增开")
    assert "1 件还要办" in await clerk.opens("/console/assigned")
    for tap in ("评价", "没有解决", "非常不满意", "完成"):
        await citizen.taps(tap)
    assert "2 件还要办" in await clerk.opens("/console/assigned"), "a call-back is owed about what is closed"
    await clerk.sends(f"/console/assigned/{other_id}", to=other_id)
    assert clerk.status == 422
    page = await clerk.sends(f"/console/assigned/{other_id}", to=clerk_id)
    assert "2 件已移交" in page
    assert await how_many(clerk, "whose=me") == 2
    assert sorted(str(row["assigned_to"]) for row in rows(program, "cases")) == sorted([clerk_id, clerk_id, other_id])
    assert is_whole(program)
