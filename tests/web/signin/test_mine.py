"""My sign-in: recovery codes, open sessions, and what a colleague may do about them."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from services import people, signin
from services.people import Grant, Role
from tests.conftest import events, rows
from tests.web.conftest import Browser, link, member
from tests.web.signin.test_password import WORDS, with_password

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
CODE = re.compile(r'<code class="code">([0-9A-Z-]{14})</code>')
ANDROID = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0"}


async def test_a_recovery_code_lets_somebody_in_once(
    program: Program, clerk: Browser, clerk_id: str, browser, person
) -> None:
    phone = person("clerk")
    await phone.says(f"/link {link(program, clerk_id)}")
    await clerk.opens("/me")
    codes = CODE.findall(await clerk.sends("/me/codes"))
    assert f"打开 {program.settings.site}/in" in clerk.page
    assert len(set(codes)) == 10
    assert not any(code in str(rows(program, "recovery_codes")) for code in codes)
    first, second = await browser(), await browser()
    await first.sends("/in", code=codes[3].lower())
    assert first.path == "/console/today"
    assert "有人用您的恢复码登录了网页" in phone.screen().text
    await second.sends("/in", code=codes[3])
    assert second.status == 403
    assert "还剩 9 个" in await clerk.opens("/me")
    assert not any(code in clerk.page for code in codes)
    await clerk.sends("/me/codes")
    await second.sends("/in", code=codes[4])
    assert second.status == 403, "new ones make the old ones worthless"


@ON_SQLITE
async def test_recovery_codes_of_somebody_without_a_role_open_nothing(program: Program, clerk_id: str, browser) -> None:
    [code, *_] = program.acts.transact(signin.make_codes, clerk_id)
    program.acts.transact(people.end_role, clerk_id, Role.CLERK, None)
    mine = await browser()
    await mine.sends("/in", code=code)
    assert mine.status == 403


async def test_open_sessions_are_seen_and_ended(program: Program, clerk: Browser, clerk_id: str, browser) -> None:
    other = await browser()
    await other.client.post("/in", data={"code": link(program, clerk_id)}, headers=ANDROID)
    page = await clerk.opens("/me")
    assert "微信 · 安卓手机" in page
    assert page.count("正在用的这个") == 1
    [ended] = re.findall(r"/me/session/([0-9a-f]{20})/end", page)
    await clerk.sends(f"/me/session/{ended}/end")
    assert "微信" not in clerk.page
    await other.opens("/console")
    assert other.status == 401
    await clerk.opens("/console")
    assert clerk.status == 200
    more = [await browser() for _ in range(2)]
    for one in more:
        await one.sends("/in", code=link(program, clerk_id))
    await clerk.opens("/me")
    await clerk.sends("/me/sessions/end")
    assert [await _status(one) for one in (*more, clerk)] == [401, 401, 200]


@ON_SQLITE
async def test_whoever_finds_a_session_open_changes_no_way_to_sign_in(
    program: Program, clerk: Browser, clerk_id: str, browser, clock
) -> None:
    """Only who has proved within half an hour who they are does; who cannot come back yet need not."""
    clock.passes(hours=1)
    await with_password(clerk, clock)
    await clerk.opens("/me")
    clock.passes(minutes=31)
    before = rows(program, "passwords"), rows(program, "recovery_codes")
    again = "请先再登录一次"
    assert again in await clerk.opens("/me/password")
    for path in ("/me/password", "/me/password/remove", "/me/codes", "/me/passkey", "/me/passkey/options"):
        assert again in await clerk.sends(path, login="钱一", password=WORDS, totp="123456", answer="{}"), path
        assert clerk.status == 422
    assert again in await clerk.sends(f"/me/passkey/{'0' * 20}/remove")
    assert (rows(program, "passwords"), rows(program, "recovery_codes")) == before
    await clerk.sends("/in", code=link(program, clerk_id))
    assert again not in await clerk.opens("/me")
    await clerk.sends("/me/codes")
    assert len(CODE.findall(clerk.page)) == 10


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/me/codes", "/me?done=again_codes"),
        ("/me/passkey", "/me?done=again_passkey"),
        ("/me/passkey/options", "/me?done=again_passkey"),
        ("/me/password", "/me/password"),
        ("/me/password/remove", "/me"),
    ],
)
async def test_what_was_begun_goes_on_after_signing_in_again(
    program: Program, clerk: Browser, clerk_id: str, clock, path: str, leads: str
) -> None:
    await with_password(clerk, clock)
    clock.passes(minutes=31)
    page = await clerk.sends(path, login="钱一", password=WORDS, totp="123456", answer="{}")
    [again] = set(re.findall(r'href="(/in\?begun=\w+)"', page))
    assert "登录后接着做刚才的事" in await clerk.opens(again)
    await clerk.sends("/in", code=link(program, clerk_id))
    assert clerk.path.partition("#")[0] == leads
    await clerk.sends("/in", code=link(program, clerk_id))
    assert clerk.path == "/console/today", "it goes on once"


@ON_SQLITE
async def test_nobody_ends_anothers_session_or_sees_it(program: Program, clerk: Browser, browser) -> None:
    auditor = await browser()
    await auditor.sends("/in", code=link(program, member(program, "审计", Grant(Role.AUDITOR, None))))
    [theirs] = [str(row["id"]) for row in rows(program, "logins") if row["person_id"] != _me(program, "审计")]
    await auditor.opens("/me")
    await auditor.sends(f"/me/session/{theirs}/end")
    assert await _status(clerk) == 200
    await auditor.opens(f"/console/people/{_me(program, '钱一')}/signin")
    assert auditor.status == 403


async def test_a_colleague_ends_sessions_and_takes_the_ways_of_a_lost_phone(
    program: Program, clerk: Browser, browser
) -> None:
    other_id = member(program, "孙二", Grant(Role.CLERK, None))
    other = await browser()
    await other.sends("/in", code=link(program, other_id))
    codes = program.acts.transact(signin.make_codes, other_id)
    page = await clerk.opens(f"/console/people/{other_id}/signin")
    assert "还剩 10 个" in page
    await clerk.sends(f"/console/people/{other_id}/signin/end")
    assert "已退出那些登录" in clerk.page
    assert await _status(other) == 401
    await clerk.sends(f"/console/people/{other_id}/signin/take")
    await other.sends("/in", code=codes[0])
    assert other.status == 403
    told = [row["action"] for row in events(program) if row["subject"] == other_id]
    assert told[-2:] == ["sessions_ended", "ways_taken"]


@ON_SQLITE
async def test_a_session_that_is_used_goes_on_and_one_that_is_not_ends(
    program: Program, clerk: Browser, clerk_id: str, browser, clock
) -> None:
    for _ in range(14):
        clock.passes(days=2)
        assert await _status(clerk) == 200
    clock.passes(days=2, seconds=1)
    assert await _status(clerk) == 401, "thirty days, however much it is used"
    idle = await browser()
    await idle.sends("/in", code=link(program, clerk_id))
    clock.passes(days=1)
    await idle.opens("/console/fresh?since=2026-11-21T09:00%2B08:00", headers={"Sec-Fetch-Dest": "empty"})
    assert idle.status == 200
    clock.passes(days=2, seconds=1)
    assert await _status(idle) == 401, "an open page that asks by itself is no use of the session"


@ON_SQLITE
async def test_a_withdrawn_role_ends_the_sessions_for_good(program: Program, clerk: Browser, clerk_id: str) -> None:
    program.acts.transact(people.end_role, clerk_id, Role.CLERK, None)
    program.acts.transact(people.grant_more, clerk_id, ["clerk"], [])
    assert await _status(clerk) == 401, "a role that comes back brings no old session back"


@ON_SQLITE
async def test_who_skips_is_reminded_after_a_week(clerk: Browser) -> None:
    assert "以后再说" in clerk.page
    answer = await clerk.client.get("/me/later?back=/console/people", allow_redirects=False)
    assert (answer.headers["Location"], answer.cookies["mingcha_later"]["max-age"]) == ("/console/people", "604800")
    assert "以后再说" not in await clerk.opens("/console")
    assert "您还没有设置下次怎么登录" in await clerk.opens("/me")


async def _status(browser: Browser) -> int:
    await browser.opens("/console")
    return browser.status


def _me(program: Program, name: str) -> str:
    return program.acts.look(people.called, name)[0]
