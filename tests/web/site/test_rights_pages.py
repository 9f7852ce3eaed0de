"""Who gets into the console, what the bar shows, and what a page answers to whoever may not open it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.build import Program
from services import cases, people, signin
from services.foundation.refusal import Refusal
from services.people import RIGHTS, WITHOUT_UNIT, Contact, Device, Grant, Right, Role, roles_with
from tests.conftest import rows
from tests.web.conftest import MANAGING, Browser, link, member
from web.site.site import PAGES

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
AT_DESK = sorted(roles_with(Right.OPEN_CONSOLE))
FORBIDDEN = "您的角色不能打开这一页"
GET = {  # beside the pages of the bar
    "/console/duties/new": Right.HAND_OVER,
    "/console/notices/new": Right.WRITE_NOTICES,
    "/console/fresh?since=2026-11-21T09:00%2B08:00": Right.READ_REPORTS,
    "/console/duties/due": Right.OVERSEE_OBLIGATIONS,
}
POST = {
    "/console/report/ID/ask": Right.DECIDE_REPORTS,
    "/console/report/ID/identity": Right.OPEN_IDENTITIES,
    "/console/report/ID/hand": Right.HAND_OVER,
    "/console/original": Right.OPEN_ORIGINALS,
    "/console/duty/ID/reply": Right.DECIDE_OBLIGATIONS,
    "/console/duties/new": Right.HAND_OVER,
    "/console/notices": Right.WRITE_NOTICES,
    "/console/notices/ID/send": Right.WRITE_NOTICES,
    "/console/notices/ID/release": Right.RELEASE_NOTICES,
    "/console/people": Right.MANAGE_PEOPLE,
    "/console/people/ID/withdraw": Right.MANAGE_PEOPLE,
    "/console/calendar": Right.SET_CALENDAR,
    "/console/quarantine/ID": Right.READ_QUARANTINE,
}


async def at_desk(program: Program, browser, role: str) -> Browser:
    mine = await browser()
    await mine.sends("/in", code=link(program, member(program, "某人", Grant(role, None))))
    return mine


@ON_SQLITE
@pytest.mark.parametrize("role", AT_DESK)
async def test_the_bar_leads_to_what_opens_and_everything_else_is_refused(
    program: Program, browser, role: Role
) -> None:
    mine = await at_desk(program, browser, role)
    shown = re.findall(r'<a href="(/console[^"]*)"', mine.page.split("</nav>")[0])
    assert mine.path == shown[0] == next(page.path for page in PAGES if page.right in RIGHTS[role])
    assert shown == [page.path for page in PAGES if page.right in RIGHTS[role]]
    for path, right in {page.path: page.right for page in PAGES if page.name != "reports"}.items() | GET.items():
        page = await mine.opens(path)
        assert (mine.status, FORBIDDEN in page) == ((200, False) if right in RIGHTS[role] else (403, True)), path
    for path, right in POST.items():
        page = await mine.sends(path.replace("ID", "0" * 20))
        assert (FORBIDDEN in page) == (right not in RIGHTS[role]), path


@ON_SQLITE
@pytest.mark.parametrize("role", sorted(set(Role) - roles_with(Right.OPEN_CONSOLE)))
async def test_whoever_may_not_open_the_console_is_led_to_the_chat(program: Program, browser, role: Role) -> None:
    code = link(program, member(program, "某人", Grant(role, None if role in WITHOUT_UNIT else "gtj")))
    admitted = program.acts.transact(signin.admit, code, Device("chrome", "windows"), timedelta(days=1))
    assert admitted == signin.Admitted(signin.CHAT)


@ON_SQLITE
async def test_a_session_outlives_no_right(program: Program, browser) -> None:
    auditor = await at_desk(program, browser, Role.AUDITOR)
    [person_id] = [str(row["person_id"]) for row in rows(program, "grants") if row["role"] == Role.AUDITOR]
    program.acts.transact(people.end_role, person_id, Role.AUDITOR, None)
    await auditor.opens("/console/duties")
    assert auditor.status == 401


@ON_SQLITE
async def test_a_reader_sees_no_button_that_would_be_refused(program: Program, browser, citizen) -> None:
    await citizen.says("/menu")
    [contact] = [Contact(str(row["id"]), "fake", "zh") for row in rows(program, "contacts")]
    complaint = cases.Complaint("gtj", "slow", "窗口没有人，等了一个上午。")
    case, _ = program.acts.transact(cases.file_complaint, contact, complaint)
    auditor = await at_desk(program, browser, Role.AUDITOR)
    page = await auditor.opens(f"/console/report/{case.id}")
    assert "窗口没有人" in page
    assert re.findall(r'method="post" action="([^"]*)"', page) == ["/console/sign-out"]


@ON_SQLITE
async def test_the_last_who_manages_people_stays_and_one_of_two_roles_may_go(program: Program) -> None:
    for row in rows(program, "grants"):
        if row["role"] in MANAGING:
            program.acts.transact(people.end_role, str(row["person_id"]), str(row["role"]), None)
    both = member(program, "某人", Grant(Role.CLERK, None), Grant(Role.ADMINISTRATOR, None))
    own = program.acts.by(both)
    own.transact(people.withdraw_role, both, Role.CLERK, None)
    with pytest.raises(Refusal, match="last_clerk"):
        own.transact(people.withdraw_role, both, Role.ADMINISTRATOR, None)


@ON_SQLITE
async def test_the_form_offers_every_role_by_group(program: Program, clerk: Browser) -> None:
    page = await clerk.opens("/console/people")
    new = page.split('action="/console/people"')[1].split("</form>")[0]
    assert re.findall(r'name="role" value="(\w+)"', new) == list(Role)
    assert re.findall(r"<legend>([^<（]+)", new)[:4] == ["角色", "效能办和领导机关", "监督、监测和取证", "单位"]
    await clerk.sends("/console/people", name="白小雨", role="monitor")
    assert clerk.status == 200
    page = await clerk.sends("/console/people", name="白小雨", role="inspector")
    assert "请至少选一个" in page
