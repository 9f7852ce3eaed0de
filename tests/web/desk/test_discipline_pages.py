"""The discipline desk: what it alone sees is on no page, in no figure, file, search or message of anybody else."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import cases, desk, oversight, people
from services.foundation.refusal import Refusal
from services.people import Grant, Right, Role
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import actions, complains, first_report
from tests.web.conftest import Browser, link, member
from web.desk.acts import ACTS
from web.site.site import PAGES

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
AT_CONSOLE = sorted(role for role in Role if people.may([Grant(role, None)], Right.OPEN_CONSOLE))
CANARY = "金丝雀四四零二"
ABOUT_OFFICE = f"效能办投诉中心的人{CANARY}，打了十次电话没人接"
APART = "由纪检监察人员单独办理"
Desk = Callable[[Role], Awaitable[tuple[Browser, str]]]


@pytest.fixture
def at_desk(program: Program, browser) -> Desk:
    async def sit(role: Role) -> tuple[Browser, str]:
        mine, person_id = await browser(), member(program, f"某{role}", Grant(role, None))
        await mine.sends("/in", code=link(program, person_id))
        return mine, person_id

    return sit


async def complains_of_office(citizen: FakePerson, what: str = ABOUT_OFFICE) -> None:
    """Complains of the office itself, found by typing what people call it."""
    await citizen.says("/complaint")
    await citizen.says("投诉中心")
    await citizen.taps("效能办（含投诉中心）")
    await citizen.taps("态度不好")
    await citizen.says(what)
    await citizen.taps("跳过")
    await citizen.taps("跳过")
    await citizen.sends(Media("photo-1", "photo"))
    await citizen.taps("完成")
    await citizen.taps("匿名，单位看不到您是谁")
    [received] = await citizen.taps("提交")
    assert APART in received.text


def _apart(program: Program) -> list[dict[str, object]]:
    return [row for row in rows(program, "cases") if row["confined"]]


@pytest.mark.parametrize("role", AT_CONSOLE)
async def test_nobody_else_of_the_office_reaches_what_is_about_the_office(
    program: Program, at_desk: Desk, citizen: FakePerson, person, role: Role
) -> None:
    """Role by what can be reached: pages, counts, search, files, figures, pieces, direct addresses, acts."""
    await complains(person("another"), "窗口没有人，等了一个上午")
    await complains_of_office(citizen)
    [case] = _apart(program)
    [piece] = [row["id"] for row in rows(program, "evidence") if row["subject_id"] == case["id"]]
    assert (case["confined"], case["unit_id"]) == ("office", None)
    mine, who = await at_desk(role)
    sees = role is Role.DISCIPLINE
    marks, number = (CANARY, str(case["id"])), str(case["number"])
    looked = ["/console", "/console?q=" + CANARY, f"/console?q={number}", "/console?unit=unknown"]
    looked += ["/console?sort=promise"]
    looked += [page.path for page in PAGES] + ["/console/figures?by=category", "/console/assigned"]
    looked += [f"/console/reports.{form}" for form in ("csv", "xlsx", "print")] + ["/console/figures.csv"]
    shown = {path: await mine.opens(path) for path in looked}
    if role in (Role.DISCIPLINE, Role.CLERK):
        assert ">2</span>" in shown["/console"] if sees else ">2</span>" not in shown["/console"], "the counts"
    lists = {path: page for path, page in shown.items() if "q=" not in path}  # a search shows what was typed
    found = [path for path, page in lists.items() if any(mark in page for mark in (*marks, number))]
    found += [path for path in (f"/console?q={CANARY}", f"/console?q={number}") if str(case["id"]) in shown[path]]
    assert bool(found) is sees, found
    acts, days = program.acts.by(who), (None, None)
    assert (acts.transact(desk.open_copy, str(piece)) is not None) is sees
    assert sum(one.came_in for one in acts.look(desk.mapped, *days).values()) == (2 if sees else 1)
    for by in desk.BY:
        assert desk.total(acts.look(desk.tallied, by, *days)).came_in == (2 if sees else 1)
    assert program.database.look(oversight.count_figures)[0].value == 1, "whoever watches the machine counts the others"
    reads = people.may([Grant(role, None)], Right.READ_REPORTS)
    for path in (f"/console/report/{case['id']}", f"/console/evidence/{piece}", f"/console/evidence/{piece}/small"):
        await mine.opens(path)
        wanted = {True: (200, 404), False: (404,) if reads else (403,)}[sees]
        assert mine.status in wanted, path
        assert sees or CANARY not in mine.page
    if not sees:
        for act in (*ACTS, "identity", "hand"):
            await mine.opens("/console")
            sent = {"seen": "received.0", "text": "请核实此事", "unit": "gtj", "purpose": "核实"}
            page = await mine.sends(f"/console/report/{case['id']}/{act}", **sent)
            assert mine.status in (403, 404, 409, 422), (act, mine.status)
            assert CANARY not in page
        await mine.sends("/console/original", piece=str(piece), purpose="核实")
        assert mine.status in (403, 404)
        assert _apart(program) == [case], "nothing was changed"


@ON_SQLITE
async def test_serious_kinds_go_straight_there_and_back_again_by_the_discipline_desk_alone(
    program: Program, at_desk: Desk, clerk: Browser, citizen: FakePerson
) -> None:
    await citizen.says("/complaint gtj")
    for said in ("/skip", "吃拿卡要", f"办证要塞钱，{CANARY}", "/skip", "/skip", "/skip", "匿名，单位看不到您是谁"):
        await citizen.says(said)
    [received] = await citizen.taps("提交")
    assert APART in received.text
    [status] = await citizen.taps("查看进展")
    assert APART in status.text
    assert CANARY not in await clerk.opens("/console")

    discipline, _ = await at_desk(Role.DISCIPLINE)
    report = first_report(await discipline.opens("/console"))
    page = await discipline.opens(report)
    assert "性质严重" in page
    assert f'action="{report}/hand"' not in page
    handed = {"unit": "gtj", "kind": "complaint", "text": "请核实。", "days": "5"}
    assert "不能交办给单位" in await discipline.sends(f"{report}/hand", **handed)
    await discipline.sends(f"{report}/give_back", text="短")
    assert "请写明原因" in discipline.page
    assert "已退回效能办" in await discipline.sends(f"{report}/give_back", text="查无此事，按态度问题办")
    assert "接下来由效能办办理" in citizen.screen().text
    page = await clerk.opens(report)
    assert "查无此事，按态度问题办" in page
    assert f'action="{report}/give_back"' not in page
    assert is_whole(program)


@ON_SQLITE
async def test_a_clerk_passes_a_case_on_and_sees_it_no_more(
    program: Program, at_desk: Desk, clerk: Browser, clerk_id: str, citizen: FakePerson
) -> None:
    number = await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/pass_on", text="")
    assert "请写明原因" in clerk.page
    await clerk.sends(f"{report}/assign", person=clerk_id)
    page = await clerk.sends(f"{report}/pass_on", text="窗口收了红包，请纪检来查")
    assert "您不再看得到" in page
    assert number not in page
    assert "已转给纪检监察人员单独办理" in citizen.screen().text
    assert "红包" not in "".join(one.text for one in citizen.heard())
    await clerk.opens(report)
    assert clerk.status == 404
    discipline, _ = await at_desk(Role.DISCIPLINE)
    page = await discipline.opens(report)
    assert "窗口收了红包，请纪检来查" in page
    assert "没人办" in page
    assert "case_pass_on" in actions(program)
    assert is_whole(program)


@ON_SQLITE
async def test_a_case_about_which_a_unit_owes_is_settled_first_and_a_serious_kind_put_right_goes_there(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/hand", unit="gtj", kind="complaint", text="请核实窗口值守情况。", days="5")
    await clerk.opens(report)
    assert "还有单位没有办结" in await clerk.sends(f"{report}/pass_on", text="窗口收了红包")
    duty = re.search(r"/console/duty/[0-9a-f]{20}", clerk.page)
    assert duty
    await clerk.opens(duty[0])
    await clerk.sends(f"{duty[0]}/excuse", text="转由别处办理")
    await clerk.opens(report)
    assert "您不再看得到" in await clerk.sends(f"{report}/put_right", unit="gtj", category="bribe")
    [case] = _apart(program)
    assert (case["confined"], case["category"]) == ("serious", "bribe")


@ON_SQLITE
async def test_the_discipline_desk_is_told_and_nobody_else(
    program: Program, at_desk: Desk, citizen: FakePerson, person, clock: Clock
) -> None:
    """Reminders too: what is due of a confined case is named to the discipline desk alone."""
    accounts = {}
    for role in (Role.CLERK, Role.DISCIPLINE, Role.AUDITOR):
        who = member(program, f"某{role}", Grant(role, None))
        accounts[role] = person(role)
        await accounts[role].says(f"/link {program.acts.transact(people.invite, who, 1)[1]}")
    await complains_of_office(citizen)
    [case] = _apart(program)
    assert program.acts.transact(desk.tell_discipline) == 1
    assert program.acts.transact(desk.tell_discipline) == 0
    clock.passes(days=9)
    program.acts.transact(desk.remind_clerks, 100)
    assert program.acts.transact(desk.tell_keepers) == 0
    texts = {role: "\n".join(one.text for one in who.heard()) for role, who in accounts.items()}
    assert str(case["number"]) in texts[Role.DISCIPLINE]
    assert "反映效能办自己" in texts[Role.DISCIPLINE]
    assert str(case["number"]) not in texts[Role.CLERK] + texts[Role.AUDITOR]


@ON_SQLITE
async def test_without_a_discipline_desk_it_is_kept_and_whoever_appoints_is_told(
    program: Program, clerk: Browser, citizen: FakePerson, person
) -> None:
    who, keeper = member(program, "系统", Grant(Role.ADMINISTRATOR, None)), person("keeper")
    await keeper.says(f"/link {program.acts.transact(people.invite, who, 1)[1]}")
    await complains_of_office(citizen)
    [case] = _apart(program)
    assert program.acts.transact(desk.tell_discipline) == 0
    assert program.acts.transact(desk.tell_keepers) == 1
    said = keeper.screen().text
    assert "有 1 件来件只能由纪检监察人员办理" in said
    assert str(case["number"]) not in said
    assert program.database.look(oversight.count_rows, program.clock()).unheld == 1
    assert str(case["number"]) not in await clerk.opens("/console")
    member(program, "纪检", Grant(Role.DISCIPLINE, None))
    assert program.database.look(oversight.count_rows, program.clock()).unheld == 0
    assert program.acts.transact(desk.tell_discipline) == 1, "it waited for somebody to hold the desk"


@ON_SQLITE
@pytest.mark.parametrize("role", [Role.DISCIPLINE, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_no_clerk_lets_in_who_watches_over_the_office(program: Program, clerk_id: str, role: Role) -> None:
    """Nor signs in for them: a link, a number and a role are all an administrator's."""
    watcher, clerk = member(program, "某监督", Grant(role, None)), program.acts.by(clerk_id)
    for work in (
        lambda act: people.add_member(act, "新人", [role], []),
        lambda act: people.grant_more(act, clerk_id, [role], []),
        lambda act: people.grant_more(act, watcher, [Role.CLERK], []),
        lambda act: people.invite(act, watcher, 1),
        lambda act: people.set_phone(act, watcher, "13800138000"),
        lambda act: people.withdraw_role(act, watcher, role, None),
    ):
        with pytest.raises(Refusal, match="keeper_wanted"):
            clerk.transact(work)
    keeper = program.acts.by(member(program, "系统", Grant(Role.ADMINISTRATOR, None)))
    keeper.transact(people.invite, watcher, 1)
    keeper.transact(people.withdraw_role, watcher, role, None)


@ON_SQLITE
async def test_who_hands_on_everything_never_moves_what_they_may_not_see(program: Program, clerk_id: str) -> None:
    assert program.acts.look(cases.sees) is False, "a job sees nothing that is confined"
    assert program.acts.by(clerk_id).look(cases.sees) is False
    inspector = member(program, "纪检", Grant(Role.DISCIPLINE, None))
    assert program.acts.by(inspector).look(cases.sees) is True
    assert clerk_id not in program.acts.look(desk.clerks, "office")
    assert set(program.acts.look(desk.clerks, "office")) == {inspector}
