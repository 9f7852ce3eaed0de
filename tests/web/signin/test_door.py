"""The door: who comes in by a one-time link, and who does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.build import Program
from channels.fake import FakePerson
from services import people
from services.foundation.refusal import Refusal
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.browsing import browsing
from tests.web.conftest import CSRF, MANAGING, Browser, application, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
DOOR = "不存在、已用过或已过期"


def add(program: Program, *granted: Grant) -> str:
    return program.acts.transact(people.add_person, "某人", granted)


def link(program: Program, person_id: str, days: int = 1) -> str:
    return program.acts.by(person_id).transact(people.invite, person_id, days)[1]


async def test_looking_at_a_link_does_not_spend_it(program: Program, browser) -> None:
    code = link(program, add(program, Grant(Role.CLERK, None)))
    preview, person = await browser(), await browser()
    page = await preview.opens(f"/in/{code}")
    assert "data-auto" in page
    await preview.opens(f"/in/{code}")
    answer = await person.client.post("/in", data={"code": code.lower().replace("-", " ")}, allow_redirects=False)
    assert answer.headers["Location"] == "/console/today"
    for cookie in answer.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
    assert answer.cookies["mingcha_office"]["max-age"] == str(30 * 24 * 3600)


async def test_who_is_put_out_by_a_new_head_with_a_desk_hears_of_it_at_once(
    program: Program, browser, person, clock
) -> None:
    old = person("old")
    await old.says(f"/link {link(program, add(program, Grant(Role.HEAD, 'gtj')))}")
    clock.passes(minutes=1)
    both = add(program, Grant(Role.CLERK, None), Grant(Role.HEAD, "gtj"))
    code = link(program, both)
    [contact] = [str(row["id"]) for row in rows(program, "contacts")]
    program.acts.transact(people.ensure_contact, "fake", "new", "zh", both)
    with program.bells.listen(contact) as rung:
        await (await browser()).sends("/in", code=code)
        assert rung.is_set()
    assert "您不再是市国土局负责人" in old.screen().text


async def test_wrong_used_and_expired_codes_look_alike(program: Program, browser, clock) -> None:
    person_id = add(program, Grant(Role.CLERK, None))
    used, late = link(program, person_id), link(program, person_id)
    first, stranger = await browser(), await browser()
    await first.sends("/in", code=used)
    clock.passes(days=1, seconds=1)
    pages = [await stranger.sends("/in", code=code) for code in ("K7QF-2M9D-X4TP-8RWC", used, late)]
    assert DOOR in pages[0]
    assert pages[0] == pages[1] == pages[2]
    assert stranger.status == 403


@ON_SQLITE
async def test_signing_out_ends_the_session(program: Program, browser) -> None:
    person = await browser()
    await person.sends("/in", code=link(program, add(program, Grant(Role.CLERK, None))))
    await person.sends("/console/sign-out")
    assert person.path == "/in"
    await person.opens("/console")
    assert person.status == 401


@ON_SQLITE
async def test_signing_in_anew_ends_the_session_that_the_browser_had(program: Program, browser) -> None:
    person_id, person, copied = add(program, Grant(Role.CLERK, None)), await browser(), await browser()
    await person.sends("/in", code=link(program, person_id))
    before = person.client.session.cookie_jar.filter_cookies(person.client.make_url("/"))["mingcha_office"].value
    await person.sends("/in", code=link(program, person_id))
    assert person.path == "/console/today"
    await copied.opens("/console", headers={"Cookie": f"mingcha_office={before}"})
    assert copied.status == 401
    assert len(rows(program, "logins")) == 1


@ON_SQLITE
async def test_what_the_browser_kept_goes_with_the_session(program: Program, browser) -> None:
    person = await browser()
    await person.sends("/in", code=link(program, add(program, Grant(Role.CLERK, None))))
    page = await person.client.get("/console")
    assert page.headers["Cache-Control"] == "no-store"
    csrf = CSRF.search(await page.text())
    assert csrf
    left = await person.client.post("/console/sign-out", data={"csrf": csrf[1]}, allow_redirects=False)
    assert left.headers["Clear-Site-Data"] == '"cache"'


@ON_SQLITE
async def test_who_is_refused_shows_in_the_log_once_a_minute(program: Program, browser) -> None:
    stranger = await browser()
    with capture_logs() as lines:
        for _ in range(3):
            await stranger.sends("/in", code="K7QF-2M9D-X4TP-8RWC")
            await stranger.sends("/in/password", login="钱一", password="wrong wrong", totp="123456")
    assert [(line["event"], line["page"], line["status"], line["times"]) for line in lines] == [
        ("refused", "/in", 403, 1),
        ("refused", "/in/password", 422, 1),
    ]
    assert "K7QF" not in str(lines)
    assert "钱一" not in str(lines)


@ON_SQLITE
async def test_under_https_the_session_belongs_to_this_host_alone(make_program: Callable[..., Program]) -> None:
    """The client speaks http and so sends no such cookie back by itself, as a browser would."""
    program = make_program(public_url="https://office.example")
    async with browsing(TestServer(application(program))) as client:
        code = link(program, add(program, Grant(Role.CLERK, None)))
        answer = await client.post("/in", data={"code": code}, allow_redirects=False)
        given = answer.cookies["__Host-mingcha_office"]
        assert "mingcha_office" not in answer.cookies
        assert (given["secure"], given["path"], given["domain"], given["httponly"]) == (True, "/", "", True)
        mark = answer.cookies["__Secure-mingcha_known"]
        assert (mark["secure"], mark["path"], mark["httponly"]) == (True, "/in", True)
        spoken = await client.get("/language/en", allow_redirects=False)
        assert spoken.cookies["__Host-mingcha_language"]["secure"]
        for name, status in (("mingcha_office", 401), ("__Host-mingcha_office", 200)):
            page = await client.get("/console", headers={"Cookie": f"{name}={given.value}"})
            assert page.status == status
        csrf = CSRF.search(await page.text())
        assert csrf
        mine = {"Cookie": f"__Host-mingcha_office={given.value}"}
        left = await client.post("/console/sign-out", data={"csrf": csrf[1]}, headers=mine, allow_redirects=False)
        taken = left.cookies["__Host-mingcha_office"]
        assert (taken.value, taken["secure"], taken["path"]) == ("", True, "/")
        assert (await client.get("/console", headers=mine)).status == 401


@ON_SQLITE
async def test_coming_back_to_a_used_link_goes_on_when_signed_in(program: Program, browser) -> None:
    person, code = await browser(), link(program, add(program, Grant(Role.CLERK, None)))
    await person.sends("/in", code=code)
    await person.sends("/in", code=code)
    assert person.path == "/console/today"


@ON_SQLITE
async def test_a_supervisors_code_goes_to_the_chat_unspent(program: Program, browser, citizen: FakePerson) -> None:
    code = link(program, add(program, Grant(Role.SUPERVISOR, "gtj")))
    person = await browser()
    answer = await person.client.post("/in", data={"code": code}, allow_redirects=False)
    assert answer.status == 303
    start = answer.headers["Location"].removeprefix("/chat?start=")
    assert not answer.cookies
    [bound] = await citizen.says(f"/start {start}")
    assert "监督员" in bound.text
    await person.opens("/console")
    assert person.status == 401


@ON_SQLITE
async def test_too_many_wrong_codes_lock_out_no_colleague_behind_the_same_address(
    program: Program, browser, clock
) -> None:
    stranger, colleague = await browser(), await browser()
    for _ in range(20):
        await stranger.sends("/in", code="0000")
    page = await stranger.sends("/in", code="0000")
    assert stranger.status == 429
    assert "请等 10 分钟" in page
    await colleague.sends("/in", code=link(program, add(program, Grant(Role.CLERK, None))))
    assert colleague.path == "/console/today"
    clock.passes(minutes=11)
    await stranger.sends("/in", code="0000")
    assert stranger.status == 403


@ON_SQLITE
async def test_languages(browser) -> None:
    person = await browser()
    page = await person.opens("/in", headers={"Accept-Language": "en-GB,en;q=0.8"})
    assert "one-time link" in page
    page = await person.opens("/language/zh?back=/in")
    assert "一次性链接" in page
    answer = await person.client.get("/language/en?back=//elsewhere.example/", allow_redirects=False)
    assert answer.headers["Location"] == "/console"


async def test_people_are_added_let_in_and_sent_away(program: Program, clerk, browser, citizen: FakePerson) -> None:
    page = await clerk.opens("/console/people")
    assert "李卫东" in page
    assert "市国土局" in page
    assert re.search(r"<summary>监督员（\d+ 人）</summary>", page)
    assert re.search(r'data-find="李卫东 [^"]*单位负责人 市国土局', page)
    page = await clerk.sends("/console/people", name="白小雨", role="supervisor")
    assert clerk.status == 422
    assert "请至少选一个" in page
    assert 'value="白小雨"' in page
    page = await clerk.sends("/console/people", name="白小雨", role="supervisor", unit="gtj-1")
    assert "白小雨" in page
    new = str([row["person_id"] for row in rows(program, "grants")][-1])
    page = await clerk.sends(f"/console/people/{new}/link", days="99")
    assert clerk.status == 422
    page = await clerk.sends(f"/console/people/{new}/link", days="三天")
    assert "<svg" in page
    code = page.split('<code class="code">')[1].split("<")[0]
    assert f"/in/{code}" in page
    [bound] = await citizen.says(f"/link {code}")
    assert "市国土局·办证窗口" in bound.text
    page = await clerk.opens("/console/people")
    await clerk.sends(f"/console/people/{new}/withdraw", role="supervisor", unit="gtj-1")
    assert clerk.status == 200
    shown = await citizen.says("/menu")
    assert "暗访" not in str(shown[-1].rows)
    await clerk.opens("/console/people")
    await clerk.sends(f"/console/people/{new}/grant", role="clerk")
    code = program.acts.transact(people.invite, new, 1)[1]
    other = await browser()
    await other.sends("/in", code=code)
    assert other.path == "/console/today"


@ON_SQLITE
async def test_the_last_clerk_stays(program: Program, clerk, clerk_id: str) -> None:
    for row in rows(program, "grants"):
        if row["role"] in MANAGING and row["person_id"] != clerk_id:
            program.acts.transact(people.end_role, str(row["person_id"]), str(row["role"]), None)
    await clerk.opens("/console/people")
    page = await clerk.sends(f"/console/people/{clerk_id}/withdraw", role="clerk", unit="")
    assert clerk.status == 422
    assert "最后一位工作人员" in page


@ON_SQLITE
@pytest.mark.parametrize(
    "pasted",
    [
        "https://efficiency-office.city.example.gov.cn/in/{code}",
        " {spaced} ",
        "http://127.0.0.1:8080/in/{code}/?from=message",
        "您要的登录链接，10 分钟内有效，只能用一次：https://office.example/in/{code}在哪台手机或电脑上登录，就在哪里打开。",
        "valid for 10 minutes: https://office.example/in/{code}Open it there.",  # lines run together
    ],
)
async def test_whatever_holds_the_code_may_be_pasted_whole(program: Program, browser, pasted: str) -> None:
    """As a browser does it: it cuts what is longer than its field."""
    mine, code = await browser(), link(program, add(program, Grant(Role.CLERK, None)))
    field = re.search(r'name="code"[^>]* maxlength="(\d+)"', await mine.opens("/in"))
    assert field
    await mine.sends("/in", code=pasted.format(code=code, spaced=code.replace("-", "  "))[: int(field[1])])
    assert mine.path == "/console/today"


@ON_SQLITE
async def test_whoever_stands_at_the_wrong_door_is_shown_the_chat(browser) -> None:
    stranger = await browser()
    for page in (await stranger.opens("/console"), await stranger.sends("/in", code="K7QF-2M9D-X4TP-8RWC")):
        assert 'href="/chat"' in page


async def test_the_forms_for_one_of_the_people_come_when_they_are_asked_for(program: Program, clerk, browser) -> None:
    """With all of them in it, the page of three hundred and fifty people had more than a megabyte."""
    one = member(program, "白小雨", Grant(Role.SUPERVISOR, "gtj"))
    page = await clerk.opens("/console/people")
    assert page.count('name="phone"') == 1, "that of somebody new"
    forms = await clerk.opens(f"/console/people/{one}/more")
    assert f'action="/console/people/{one}/grant"' in forms
    assert f'action="/console/people/{one}/phone"' in forms
    assert "<html" not in forms
    whole = await clerk.opens(f"/console/people?open={one}")
    assert f'action="/console/people/{one}/grant"' in whole, "without a script"
    await clerk.opens(f"/console/people/{'0' * 20}/more")
    assert clerk.status == 404
    stranger = await browser()
    await stranger.opens(f"/console/people/{one}/more")
    assert (stranger.status, "白小雨" in stranger.page) == (401, False)


def test_of_two_clerks_who_withdraw_each_other_at_once_one_stays(
    program: Program, make_program: Callable[..., Program]
) -> None:
    both, places = [add(program, Grant(Role.CLERK, None)) for _ in range(2)], (program, make_program())
    for row in rows(program, "grants"):  # those of the city itself
        if row["role"] in MANAGING and row["person_id"] not in both:
            program.acts.transact(people.end_role, str(row["person_id"]), str(row["role"]), None)
    at_once, got = Barrier(2), []

    def withdraw(n: int) -> None:
        at_once.wait()
        try:
            places[n].acts.by(both[n]).transact(people.withdraw_role, both[1 - n], Role.CLERK, None)
            got.append("ok")
        except Refusal as refusal:
            got.append(refusal.code)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(withdraw, (0, 1)))
    assert sorted(got) == ["last_clerk", "ok"]


@ON_SQLITE
async def test_whoever_asks_for_no_language_of_ours_gets_the_one_of_the_settings(program: Program) -> None:
    server = TestServer(application(program, language="en"))
    async with browsing(server) as client:
        mine = Browser(client)
        assert 'lang="en"' in await mine.opens("/in", headers={"Accept-Language": "fr-FR,fr;q=0.9"})
        assert 'lang="zh-CN"' in await mine.opens("/in", headers={"Accept-Language": "zh-CN"})
