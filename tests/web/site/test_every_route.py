"""Every role at every address of the console, and every journey of the chat: what each gets is written here by hand.

A route or a journey that is added without a line fails; so does a right that reaches further than its line says.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.build import Program
from handlers.all import JOURNEYS
from services import people
from services.people import Grant, Role, may_somewhere
from tests.drivers.browsing import site_of
from tests.web.conftest import CSRF, Browser, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
FORBIDDEN = "您的角色不能打开这一页"
NAMES = {
    "C": Role.CLERK,
    "H": Role.OFFICE_HEAD,
    "R": Role.REVIEWER,
    "D": Role.DISCIPLINE,
    "L": Role.LEADING_GROUP,
    "A": Role.AUDITOR,
    "S": Role.ADMINISTRATOR,
    "s": Role.SUPERIOR,
    "h": Role.HEAD,
    "d": Role.DEPUTY,
    "l": Role.LIAISON,
    "v": Role.SUPERVISOR,
}
OF_UNIT = "shdlv"  # in a unit
TABLE = """
CHRDLAS GET /console
CHRDA   GET /console/reports.csv /console/reports.xlsx /console/reports.print /console/fresh /console/report/ID
CHD     POST /console/report/ID/ask /console/report/ID/accept /console/report/ID/decline /console/report/ID/refer
CHD     POST /console/report/ID/answer /console/report/ID/interim /console/report/ID/outcomes /console/report/ID/reopen
CHD     POST /console/report/ID/make_good /console/report/ID/set_aside /console/report/ID/note /console/report/ID/jot
CHD     POST /console/report/ID/put_right /console/report/ID/assign /console/report/ID/pass_on
CHD     POST /console/report/ID/merge /console/report/ID/part /console/report/ID/uphold
CHD     POST /console/report/ID/split /console/report/ID/answer_item /console/report/ID/tell_item
CHD     POST /console/report/ID/give_back /console/report/ID/hand /console/report/ID/insert
CHD     POST /console/report/ID/prioritise /console/report/ID/tag /console/report/ID/untag
CHD     GET /console/tags /console/tags.csv /console/tags.xlsx /console/tags.print
CHD     GET /console/assigned.csv /console/assigned.xlsx /console/assigned.print
CHD     POST /console/bulk /console/bulk/do
CHRDA   POST /console/bulk.csv /console/bulk.xlsx
CHD     POST /console/tags/ID
CHD     POST /console/report/ID/identity /console/report/ID/identity/open /console/original
CHRDA   GET /console/evidence/ID /console/evidence/ID/small
CHRDA   GET /console/openings /console/openings.csv /console/openings.xlsx /console/openings.print
CHRD    POST /console/openings/ID/grant /console/openings/ID/refuse
CHD     GET /console/assigned /console/cases/new /console/duties/new
CHD     POST /console/assigned/ID /console/cases/new /console/duties/new
CHRDLAS GET /console/today
CHRDA   POST /console/searches /console/searches/ID/drop
CHD     GET /console/cases/import /console/cases/import/blank.xlsx /console/cases/import/ID
CHD     GET /console/cases/import/ID/progress
CHD     POST /console/cases/import /console/cases/import/ID/enter /console/cases/import/ID/stop
CHD     POST /console/cases/import/ID/codes
CHRDLA  GET /console/duties /console/duties.csv /console/duties.xlsx /console/duties.print /console/duties/due
CHRDLA  GET /console/duty/ID
CHD     POST /console/duty/ID/link /console/duty/ID/link/end
CHD     POST /console/duty/ID/accept /console/duty/ID/return /console/duty/ID/excuse /console/duty/ID/insist
CHD     POST /console/duty/ID/grant /console/duty/ID/refuse /console/duty/ID/reply /console/duty/ID/verify
CHRDLA  GET /console/notices /console/notices.csv /console/notices.xlsx /console/notices.print /console/notices/ID
CHRDLA  GET /console/notices/ID/progress /console/notices/ID/file/ID /console/notices/ID/receipts.csv
CHRDLA  GET /console/notices/ID/receipts.xlsx /console/notices/ID/receipts.print
CH      GET /console/notices/new /console/notices/ID/edit
CH      POST /console/notices /console/notices/ID/edit /console/notices/ID/send /console/notices/ID/abort
CH      POST /console/notices/ID/again /console/notices/ID/rest /console/notices/ID/files /console/notices/ID/list
CH      POST /console/notices/ID/files/remove /console/notices/ID/list/remove
CHRL    POST /console/notices/ID/release /console/notices/ID/back
CH      GET /console/texts /console/texts.csv /console/texts.xlsx /console/texts.print
CH      POST /console/texts /console/texts/X
CHRDA   GET /console/walkins /console/walkins.csv /console/walkins.xlsx /console/walkins.print
CHD     POST /console/walkins/ID
CHRDLA  GET /console/figures /console/figures.csv /console/figures.xlsx /console/figures.print
CHRDLA  GET /console/figures/map /console/figures/map.csv /console/figures/map.xlsx /console/figures/map.print
CH      GET /console/figures/published
CH      POST /console/figures/published /console/figures/published/ID/withdraw
CHS     GET /console/people /console/people.print /console/people/ID/withdraw /console/people/ID/more
CHS     GET /console/people/ID/signin
CH      GET /console/people.csv /console/people.xlsx
CHS     POST /console/people /console/people/ID/grant /console/people/ID/withdraw /console/people/ID/link
CHS     POST /console/people/ID/phone /console/people/ID/signin/ID/end /console/people/ID/signin/end
CHS     POST /console/people/ID/signin/take
CH      GET /console/units.csv /console/units.xlsx
CHS     GET /console/units.print
CHS     GET /console/units /console/units/poster /console/units/poster.pdf /console/units/poster.png
CHS     POST /console/units/duty
CHS     GET /console/calendar /console/calendar.print /console/calendar/notice
CH      GET /console/calendar.csv /console/calendar.xlsx
CHS     POST /console/calendar /console/calendar/clear /console/calendar/notice /console/calendar/notice/load
CHS     POST /console/calendar/notice/unload
CHRDLA  GET /console/calendar/moves
CHD     POST /console/calendar/moves
CHS     GET /console/quarantine /console/quarantine.print /console/quarantine/ID
CH      GET /console/quarantine.csv /console/quarantine.xlsx
CHS     POST /console/quarantine/ID
shdl    GET /unit /unit/ID
shdl    POST /unit/ID
"""
# What anybody reaches, or whoever is signed in about themselves.
OPEN = {
    "GET / /track /answer/X /published /large/X /in /in/X /language/X /console/ /receipt/X /receipt/X.pdf",
    "POST /track /track/piece /answer/X /in /in/password /in/passkey/options /in/passkey /in/link /console/sign-out",
    "GET /me /me/later /me/password",
    "POST /me/chat /me/password /me/password/remove /me/passkey/options /me/passkey /me/passkey/ID/remove /me/codes",
    "POST /me/session/ID/end /me/sessions/end",
}
EVERYBODY = """complain complaint repeated status question add confirm addition code withdraw rate appeal retaliation
walkin placing receipt forget seen start menu link help office language cancel resume discard anew"""
FOR_UNITS = {"superior", "head", "deputy", "liaison"}
OVERSEERS = {"clerk", "office_head", "reviewer", "discipline", "leading_group", "auditor"}
JOURNEY = {
    **dict.fromkeys(("duties", "duty", "acknowledge", "answer", "more_time", "ask_office", "not_ours"), FOR_UNITS),
    "late": FOR_UNITS | OVERSEERS,
    "check": {"supervisor", "inspector"},
    "visit": {"supervisor", "inspector"},
    "signin": set(Role),
}
_ID = "0" * 20
_PART = re.compile(r"\{\w+(?::((?:[^{}]|\{[\d,]+\})+))?\}")


def lines() -> dict[tuple[str, str], set[str]]:
    """The roles by method and address, as the table has them."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in TABLE.strip().splitlines():
        letters, method, *addresses = line.split()
        found |= {(method, address): set(letters) for address in addresses}
    return found


def expanded(path: str) -> list[str]:
    """The addresses of a route: each of the words that may stand in it; ID and X stand for anything else."""
    part = _PART.search(path)
    if part is None:
        return [path]
    pattern = part[1] or ""
    words = (
        pattern.split("|") if re.fullmatch(r"[a-z_]+(\|[a-z_]+)*", pattern) else ["ID" if "{20}" in pattern else "X"]
    )
    return [one for word in words for one in expanded(path[: part.start()] + word + path[part.end() :])]


@ON_SQLITE
def test_every_route_has_its_line(program: Program) -> None:
    there = {(one.method, path) for one in site_of(program).routes() for path in expanded(one.path)}
    public = {(method, path) for method, *paths in map(str.split, OPEN) for path in paths}
    assert there == set(lines()) | public


@ON_SQLITE
@pytest.mark.parametrize("letter", [*NAMES, "nobody"])
async def test_a_role_gets_where_its_line_says_and_nowhere_else(program: Program, browser, letter: str) -> None:
    mine: Browser = await browser()
    csrf = ""
    if letter in NAMES:
        person_id = member(program, "某人", Grant(NAMES[letter], "gtj" if letter in OF_UNIT else None))
        code = program.acts.transact(people.issue_link, person_id, timedelta(days=1), to_page=True)
        await mine.sends("/in", code=code)
        csrf = next(iter(CSRF.findall(mine.page)))
    wrong: list[tuple[str, str, int]] = []
    for (method, address), allowed in lines().items():
        path = address.replace("ID", _ID)
        if method == "GET":
            page = await mine.opens(path)
        else:
            answer = await mine.client.post(path, data={"csrf": csrf})
            page, mine.status = await answer.text(errors="replace"), answer.status
        if letter == "nobody":
            fits = mine.status == 401
        elif letter in allowed:
            fits = mine.status not in (401, 403)
        else:
            fits = mine.status == 403 and FORBIDDEN in page
        if not fits:
            wrong.append((method, address, mine.status))
    assert wrong == []


def test_every_journey_of_the_chat_has_its_line() -> None:
    given = {
        name: {role for role in Role if may_somewhere([Grant(role, "gtj")], one.right)}
        for name, one in JOURNEYS.items()
        if one.right
    }
    assert given == JOURNEY
    assert set(JOURNEYS) - set(given) == set(EVERYBODY.split())
