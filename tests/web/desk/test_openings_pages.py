"""Who filed a report is seen by two: one asks, another agrees or refuses; then it opens once, and is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases, desk, people
from services.cases import confining
from services.desk import OpeningState
from services.foundation.refusal import Refusal
from services.people import Grant, Right, Role
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, first_report
from tests.web.conftest import Browser, link, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
NAME, PHONE = "欧阳修竹", "13800138777"
ANSWER = re.compile(r'action="(/console/openings/[0-9a-f]{20})/grant"')


@pytest.fixture
async def report(citizen: FakePerson, clerk: Browser) -> str:
    await complains(citizen, as_whom=(NAME, PHONE))
    return first_report(await clerk.opens("/console"))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The rulebook lets one person alone open identities where nobody else could answer."""
    kept = cases.read_secrecy().model_copy(update={"alone": True})
    monkeypatch.setattr(confining, "read_secrecy", lambda: kept)
    cases.secrecy.cache_clear()
    yield
    cases.secrecy.cache_clear()


def no_other_second(program: Program, but: str) -> None:
    """Everybody else of the office leaves."""
    for who in program.acts.look(people.people_with, Right.ANSWER_OPENINGS) - {but}:
        for grant in program.acts.look(people.roles_of, who):
            program.acts.transact(people.end_role, who, grant.role, grant.unit_id)


async def test_it_takes_a_second_person_who_reads_what_for_and_opens_once(
    program: Program, clerk: Browser, browser, report: str, person
) -> None:
    other = await browser()
    second = member(program, "赵二", Grant(Role.CLERK, None))
    await other.sends("/in", code=link(program, second))
    told = person("second")
    await told.says(f"/link {program.acts.transact(people.invite, second, 1)[1]}")
    await clerk.opens(report)
    await clerk.sends(f"{report}/identity", purpose="")
    assert clerk.status == 422
    page = await clerk.sends(f"{report}/identity", purpose="电话核实窗口时间")
    assert "申请已提交" in page
    assert "等另一位同事批准" in page
    assert "有人申请查看来件" in told.screen().text
    assert NAME not in page
    await clerk.sends(f"{report}/identity/open")
    assert NAME not in clerk.page
    assert "现在不能查看" in clerk.page
    page = await clerk.opens("/console/openings")
    assert "要由别人批准" in page
    assert ANSWER.search(page) is None

    page = await other.opens("/console/openings")
    assert "电话核实窗口时间" in page
    found = ANSWER.search(page)
    assert found
    await clerk.opens("/console")
    await clerk.sends(f"{found[1]}/grant")
    assert "自己的申请要由别人批准" in clerk.page
    assert "已批准" in await other.sends(f"{found[1]}/grant")
    await other.opens(report)
    await other.sends(f"{report}/identity/open")
    assert NAME not in other.page, "it opens for whoever asked alone"
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/identity/open")
    assert NAME in page
    assert PHONE in page
    await clerk.opens(report)
    await clerk.sends(f"{report}/identity/open")
    assert NAME not in clerk.page, "once"
    done = [one for one in events(program) if str(one["action"]).startswith("identity_")]
    assert [one["action"] for one in done] == ["identity_asked", "identity_granted", "identity_opened"]
    assert done[-1]["detail"] == {"purpose": "电话核实窗口时间", "agreed": second}
    assert is_whole(program)

    auditor = await browser()
    await auditor.sends("/in", code=link(program, member(program, "审计", Grant(Role.AUDITOR, None))))
    page = await auditor.opens("/console/openings")
    assert all(said in page for said in ("钱一", "赵二", "电话核实窗口时间", "已查看"))
    assert ANSWER.search(page) is None


@ON_SQLITE
async def test_refusing_wants_a_reason_that_whoever_asked_reads(
    program: Program, clerk: Browser, browser, report: str
) -> None:
    other = await browser()
    await other.sends("/in", code=link(program, member(program, "赵二", Grant(Role.REVIEWER, None))))
    await clerk.opens(report)
    await clerk.sends(f"{report}/identity", purpose="想看看是谁")
    assert "您已经申请过" in await clerk.sends(f"{report}/identity", purpose="再问一次")
    found = ANSWER.search(await other.opens("/console/openings"))
    assert found
    assert "请写明原因" in await other.sends(f"{found[1]}/refuse", text="不")
    assert "已拒绝" in await other.sends(f"{found[1]}/refuse", text="用途不成立，请先电话询问")
    assert "已经答复过" in await other.sends(f"{found[1]}/grant")
    page = await clerk.opens(report)
    assert "用途不成立，请先电话询问" in page
    await clerk.sends(f"{report}/identity/open")
    assert NAME not in clerk.page


@ON_SQLITE
async def test_what_nobody_answers_or_opens_in_time_lapses(
    program: Program, clerk: Browser, clerk_id: str, report: str, clock: Clock
) -> None:
    report_id, mine = report.rpartition("/")[2], program.acts.by(clerk_id)
    mine.transact(desk.ask_identity, report_id, "电话核实")
    clock.passes(hours=24)
    [row] = rows(program, "openings")
    second = min(program.acts.look(people.people_with, Right.ANSWER_OPENINGS) - {clerk_id})
    with pytest.raises(Refusal, match="answered_already"):
        program.acts.by(second).transact(desk.answer_identity, str(row["id"]), "", grant=True)
    clock.passes(seconds=1)
    mine.transact(desk.ask_identity, report_id, "电话核实")
    [again] = [one for one in rows(program, "openings") if one["id"] != row["id"]]
    program.acts.by(second).transact(desk.answer_identity, str(again["id"]), "", grant=True)
    clock.passes(hours=4)
    with pytest.raises(Refusal, match="not_granted"):
        mine.transact(desk.open_identity, report_id)
    found = mine.look(desk.opening_of, report_id)
    assert found is not None
    assert found.state is OpeningState.LAPSED


@ON_SQLITE
async def test_somebody_with_the_same_phone_is_the_same_person(program: Program, clerk_id: str, report: str) -> None:
    report_id = report.rpartition("/")[2]
    no_other_second(program, clerk_id)
    twin = program.acts.transact(people.add_person, "钱二", [Grant(Role.CLERK, None)], phone="+8613800138000")
    program.acts.transact(people.set_number, clerk_id, "+8613800138000")
    with pytest.raises(Refusal, match="nobody_else"):
        program.acts.by(clerk_id).transact(desk.ask_identity, report_id, "电话核实")
    program.acts.transact(people.set_number, twin, "+8613800138001")
    program.acts.by(clerk_id).transact(desk.ask_identity, report_id, "电话核实")
    program.acts.transact(people.set_number, twin, "+8613800138000")
    [row] = rows(program, "openings")
    with pytest.raises(Refusal, match="own_asking"):
        program.acts.by(twin).transact(desk.answer_identity, str(row["id"]), "", grant=True)


@ON_SQLITE
async def test_an_office_of_one_sees_nobody_unless_the_rulebook_says_so(
    program: Program, clerk: Browser, clerk_id: str, report: str
) -> None:
    no_other_second(program, clerk_id)
    await clerk.opens(report)
    assert "没有别人能批准" in await clerk.sends(f"{report}/identity", purpose="电话核实")


@ON_SQLITE
@pytest.mark.usefixtures("alone")
async def test_alone_where_the_rulebook_says_so_and_then_the_audit_chain_says_so_too(
    program: Program, clerk: Browser, clerk_id: str, report: str
) -> None:
    no_other_second(program, clerk_id)
    await clerk.opens(report)
    assert "可以看一次" in await clerk.sends(f"{report}/identity", purpose="电话核实")
    assert NAME in await clerk.sends(f"{report}/identity/open")
    asked = next(one for one in events(program) if one["action"] == "identity_asked")
    assert asked["detail"]["alone"] is True


@ON_SQLITE
async def test_of_what_the_discipline_desk_alone_sees_nobody_else_is_asked(
    program: Program, clerk: Browser, browser, report: str, clerk_id: str
) -> None:
    inspectors = [member(program, name, Grant(Role.DISCIPLINE, None)) for name in ("纪一", "纪二")]
    report_id = report.rpartition("/")[2]
    seen = program.acts.by(clerk_id).look(desk.look, report_id)
    assert seen is not None
    program.acts.by(clerk_id).transact(desk.pass_on, report_id, seen.seen, "窗口收了红包")
    program.acts.by(inspectors[0]).transact(desk.ask_identity, report_id, "约见来件人")
    assert "约见来件人" not in await clerk.opens("/console/openings")
    auditor = await browser()
    await auditor.sends("/in", code=link(program, member(program, "审计", Grant(Role.AUDITOR, None))))
    page = await auditor.opens("/console/openings")
    assert "纪一" in page
    assert "约见来件人" not in page
    assert str(rows(program, "cases")[0]["number"]) not in page
    [row] = rows(program, "openings")
    with pytest.raises(Refusal, match="gone"):
        program.acts.by(clerk_id).transact(desk.answer_identity, str(row["id"]), "", grant=True)
    program.acts.by(inspectors[1]).transact(desk.answer_identity, str(row["id"]), "", grant=True)
    assert program.acts.by(inspectors[0]).transact(desk.open_identity, report_id)["name"] == NAME
