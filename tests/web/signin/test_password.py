"""A password with an authenticator's code: set on one page, proved at the door, slowed down where it is guessed."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from bot.build import Program
from services import people, signin
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.people import Device, Grant, Role
from tests.conftest import events, rows
from tests.web.conftest import Browser, link, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
WORDS = "石榴 自行车 北月台"
WRONG = "登录名、密码或动态码不对"


class Phone:
    """An authenticator app."""

    def __init__(self, page: str, clock) -> None:
        [shown] = re.findall(r'id="secret">([A-Z2-7 ]+)<', page)
        self._made, self._clock = pyotp.TOTP(shown.replace(" ", "")), clock

    @property
    def code(self) -> str:
        return self._made.at(self._clock())


async def with_password(mine: Browser, clock, password: str = WORDS) -> Phone:
    """Sets a password on the page; afterwards a new code is shown."""
    page = await mine.opens("/me/password")
    phone = Phone(page, clock)
    await mine.sends("/me/password", login=_login(page), password=password, totp=phone.code, secret=_secret(page))
    assert mine.path == "/me?done=password", mine.page
    clock.passes(seconds=30)
    return phone


def _login(page: str) -> str:
    return re.findall(r'name="login"[^>]*value="([^"]*)"', page)[0]


def _secret(page: str) -> str:
    return re.findall(r'name="secret" value="([^"]*)"', page)[0]


async def enters(browser: Browser, login: str, password: str, code: str) -> str:
    return await browser.sends("/in/password", login=login, password=password, totp=code)


async def test_somebody_comes_back_by_password_and_code(program: Program, clerk: Browser, browser, clock) -> None:
    assert "您还没有设置下次怎么登录" in await clerk.opens("/console")
    phone = await with_password(clerk, clock)
    assert "您还没有设置下次怎么登录" not in await clerk.opens("/console")
    other = await browser()
    await enters(other, " 钱 一", WORDS, f"{phone.code[:3]} {phone.code[3:]}")
    assert other.path == "/console/today"
    kept = str(rows(program, "passwords")) + str(rows(program, "logins")) + str(events(program))
    assert "钱一" not in kept
    assert "argon2" not in kept, "sealed: whoever has the database alone cannot even begin to guess"


async def test_a_code_counts_once(program: Program, clerk: Browser, browser, clock) -> None:
    phone = await with_password(clerk, clock)
    first, second = await browser(), await browser()
    code = phone.code
    await enters(first, "钱一", WORDS, code)
    assert first.path == "/console/today"
    assert WRONG in await enters(second, "钱一", WORDS, code)
    clock.passes(seconds=30)
    assert WRONG in await enters(second, "钱一", WORDS, code), "still near enough in time, and used"
    await enters(second, "钱一", WORDS, phone.code)
    assert second.path == "/console/today"


@ON_SQLITE
async def test_whether_a_name_exists_cannot_be_told(program: Program, clerk: Browser, browser, clock) -> None:
    phone = await with_password(clerk, clock)
    member(program, "孙二", Grant(Role.CLERK, None))
    pages = []
    for login, password, code in (
        ("钱一", WORDS + "x", phone.code),
        ("钱一", WORDS, "000000"),
        ("孙二", WORDS, phone.code),
        ("没有这个人", WORDS, phone.code),
    ):
        stranger = await browser()
        pages.append((await enters(stranger, login, password, code)).replace(login, "LOGIN"))
        assert stranger.status == 422
    assert len(set(pages)) == 1
    assert WORDS not in pages[0]


@ON_SQLITE
@pytest.mark.parametrize(
    "password",
    [
        "wangxiaoming2026",
        "Xiaoming@20261",
        "xiaomingwang!1",
        "WangXiao-Ming 88",
        "wxm19880808",
        "wxm@@2026!!",
        "王小明王小明王小明2026",
        "小明小明小明小明1988",
        "ｗａｎｇｘｉａｏｍｉｎｇ１",
        "guotuju2026!",
        "shiguotuju-1",
        "市国土局市国土局市国土局",
        "gtj202620262",
        "office-wxm-01",
        "13807970123",
        "138079701a",
        "970123xyz!",
        "ganzhouboss",
        "ganzhouboss2026",
        "boss2026 07970123",
    ],
)
async def test_what_everybody_knows_of_somebody_makes_no_password(program: Program, password: str) -> None:
    def refused(act: Act) -> str:
        mine = people.add_person(act, "王小明", [Grant(Role.HEAD, "gtj")], phone="13807970123")
        holder = people.person(act, mine)
        assert holder is not None
        with pytest.raises(Refusal) as refusal:
            signin.check(act, password, holder, "ganzhouboss")
        return refusal.value.code

    assert program.acts.transact(refused) in ("password_own", "password_common")


@ON_SQLITE
@pytest.mark.parametrize(
    "password", ["wangxiaoming eats 9 red apples", "石榴 自行车 北月台", "k9Wxm2Rp-Qz74", "gtj9-tuba-fern"]
)
async def test_own_words_in_a_longer_password_do_no_harm(program: Program, password: str) -> None:
    def taken(act: Act) -> None:
        mine = people.add_person(act, "王小明", [Grant(Role.HEAD, "gtj")], phone="13807970123")
        holder = people.person(act, mine)
        assert holder is not None
        signin.check(act, password, holder, "ganzhouboss")

    program.acts.transact(taken)


@ON_SQLITE
@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("短短短短短短短短短", "至少 10 个字"),
        ("woaini1314", "太容易猜到"),
        ("Password123", "太容易猜到"),
        ("198001012233", "太容易猜到"),
        ("ababababababab", "太容易猜到"),
        ("钱一钱一", "至少 10 个字"),
        ("x" * 201, "最多 200 个字"),
        ("Mingcha-2026", "太容易猜到"),
        ("效能办efficiency1", "太容易猜到"),
    ],
)
async def test_what_others_guess_first_is_refused(clerk: Browser, clock, password: str, says: str) -> None:
    page = await clerk.opens("/me/password")
    phone, secret = Phone(page, clock), _secret(page)
    page = await clerk.sends("/me/password", login="钱一", password=password, totp=phone.code, secret=secret)
    assert says in page
    assert password not in page
    assert Phone(page, clock).code == phone.code, "the app keeps what it has"


@ON_SQLITE
async def test_guessing_is_slowed_down_and_the_owner_is_not_locked_out(
    program: Program, clerk: Browser, browser, clock
) -> None:
    phone = await with_password(clerk, clock)
    stranger = await browser()
    for _ in range(5):
        await enters(stranger, "钱一", "guess guess guess", "000000")
        assert stranger.status == 422
    page = await enters(stranger, "钱一", WORDS, phone.code)
    assert stranger.status == 429
    assert "请等 60 秒再试" in page
    assert stranger.answer is not None
    assert stranger.answer.headers["Retry-After"] == "60"
    await clerk.sends("/console/sign-out")  # the browser in which the owner has signed in before
    await enters(clerk, "钱一", WORDS, phone.code)
    assert clerk.path == "/console/today"
    clock.passes(seconds=61)
    await enters(stranger, "钱一", WORDS, phone.code)
    assert stranger.path == "/console/today"


@ON_SQLITE
async def test_many_at_once_do_not_pass_the_limit_together(program: Program) -> None:
    counted = [signin.Counted(signin.Pace("of test", 3, timedelta(minutes=1)), "one")]
    waits = [await program.acts.write(signin.take, counted) for _ in range(5)]
    assert [wait > timedelta(0) for wait in waits] == [False, False, False, True, True]


@ON_SQLITE
async def test_two_of_one_name_have_two_logins(program: Program, clerk: Browser, browser, clock) -> None:
    await with_password(clerk, clock)
    second = await browser()
    await second.sends("/in", code=link(program, member(program, "钱 一", Grant(Role.AUDITOR, None))))
    page = await second.opens("/me/password")
    assert _login(page) == "钱 一2"
    phone = Phone(page, clock)
    page = await second.sends("/me/password", login="钱一", password=WORDS, totp=phone.code, secret=_secret(page))
    assert "已经有人用了" in page


@ON_SQLITE
async def test_a_phone_number_signs_in_too(program: Program, clerk: Browser, clerk_id: str, browser, clock) -> None:
    program.acts.transact(people.set_phone, clerk_id, "138 0013 8000")
    phone, other = await with_password(clerk, clock), await browser()
    await enters(other, "+86 138-0013-8000", WORDS, phone.code)
    assert other.path == "/console/today"


@ON_SQLITE
async def test_a_removed_password_and_a_lost_role_open_nothing(
    program: Program, clerk: Browser, clerk_id: str, browser, clock
) -> None:
    phone, other = await with_password(clerk, clock), await browser()
    program.acts.transact(people.end_role, clerk_id, Role.CLERK, None)
    assert WRONG in await enters(other, "钱一", WORDS, phone.code)
    program.acts.transact(people.grant_more, clerk_id, ["clerk"], [])
    program.acts.transact(signin.remove_password, clerk_id)
    assert WRONG in await enters(other, "钱一", WORDS, phone.code)


@ON_SQLITE
async def test_a_head_without_a_desk_comes_back_to_the_chat(program: Program, browser, clock, citizen) -> None:
    head = member(program, "周三", Grant(Role.DEPUTY, "gtj"))
    code = program.acts.transact(people.issue_link, head, timedelta(days=1), to_page=True)
    mine = await browser()
    await mine.sends("/in", code=code)
    assert mine.path == "/unit"
    phone, other = await with_password(mine, clock), await browser()
    await enters(other, "周三", WORDS, phone.code)
    assert other.path == "/unit"
    await other.opens("/me")
    assert "打开聊天页" in other.page
    csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', other.page)[0]
    answer = await other.client.post("/me/chat", data={"csrf": csrf}, allow_redirects=False)
    start = answer.headers["Location"].removeprefix("/chat?start=")
    [bound] = await citizen.says(f"/start {start}")
    assert "单位副职" in bound.text
    await other.opens("/console")
    assert other.status == 403, "signed in, and the desk is not theirs"


@ON_SQLITE
async def test_a_hash_made_for_another_try_is_not_taken(program: Program, clerk: Browser, clerk_id: str, clock) -> None:
    """Somebody sets a new password while the old one is being compared."""
    await with_password(clerk, clock)
    tried = program.acts.transact(signin.begin, "钱一", "1.2.3.4", "")
    phone = await with_password(clerk, clock, "另外一句话好长的 99")
    how = Device("chrome", "windows"), timedelta(days=1)
    assert program.acts.transact(signin.finish, tried, True, phone.code, *how) is None
