"""Passkeys in a real chromium with a virtual authenticator; and the pages of signing in, on a phone and wide."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, Page, Request, expect

from bot.build import Program
from models.tables import passkeys
from services import people
from tests.conftest import Clock, rows
from tests.drivers.browsing import FROM_OUR_PAGE
from tests.drivers.console_browser import PHONE, WIDE, clerk_link, desk, page_at, shot, too_wide, troubles

pytestmark = pytest.mark.asyncio(loop_scope="session")  # of the one browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
Make = Callable[..., Program]


@asynccontextmanager
async def site(make_program: Make) -> AsyncIterator[tuple[Program, str]]:
    """The site under the name localhost, where browsers take passkeys without https."""
    port = unused_port()
    program = make_program(public_url=f"http://localhost:{port}")
    async with desk(program, port) as address:
        yield program, address.replace("127.0.0.1", "localhost")


async def with_key(page: Page, address: str, link: str) -> None:
    """Signs in by a link and adds a passkey."""
    tools = await page.context.new_cdp_session(page)
    await tools.send("WebAuthn.enable")
    await tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    await page.goto(link)
    await expect(page).to_have_url(f"{address}/console/today")
    await page.get_by_role("link", name="现在设置").click()
    await page.get_by_role("button", name="在这台设备上添加通行密钥").click()
    await expect(page.get_by_text("通行密钥已添加")).to_be_visible()


async def enters(page: Page) -> None:
    await page.get_by_role("button", name="用通行密钥登录").click()


async def leaves(page: Page) -> None:
    await page.get_by_role("button", name="退出", exact=True).first.click()
    await expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


async def caught(page: Page) -> str:
    """The answer of the passkey as the page would send it; it does not arrive."""
    found: list[str] = []

    async def catch(route, request: Request) -> None:
        found.append((request.post_data_json or {})["answer"])
        await route.abort()

    await page.route("**/in/passkey", catch)
    async with page.expect_event("requestfailed", lambda one: one.url.endswith("/in/passkey")):
        await enters(page)
    await page.unroute("**/in/passkey")
    return found[0]


async def sent(page: Page, address: str, answer: str) -> int:
    """What the site answers when this is sent as a form."""
    request = page.context.request
    headers = FROM_OUR_PAGE | {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"answer": answer})
    return (await request.post(f"{address}/in/passkey", data=body, headers=headers, max_redirects=0)).status


LINES = """(label) => {
  const words = document.createRange();
  words.selectNodeContents(label);
  return new Set([...words.getClientRects()].map((one) => Math.round(one.top))).size;
}"""


async def test_a_passkey_is_added_and_lets_its_owner_in(make_program: Make, chromium: Browser) -> None:
    async with site(make_program) as (program, address):
        page = await page_at(chromium, PHONE)
        await with_key(page, address, clerk_link(program, address))
        await expect(page.get_by_text("还差一步：请生成恢复码")).to_be_visible()
        await shot(page, "phone-mine-passkey")
        await leaves(page)
        await enters(page)
        await expect(page).to_have_url(f"{address}/console/today")
        [kept] = rows(program, "passkeys")
        assert kept["used_at"] is not None
        assert {row["way"] for row in rows(program, "logins")} == {"passkey"}
        await page.goto(f"{address}/me")
        await expect(page.get_by_text("通行密钥登录")).to_be_visible()
        remove = page.get_by_label("移除通行密钥")
        assert await remove.evaluate(LINES) == 1, "the word stays whole on a phone"
        await remove.click()
        await page.get_by_role("button", name="移除", exact=True).click()
        await expect(page.get_by_text("已移除")).to_be_visible()
        await leaves(page)
        await enters(page)
        await expect(page.get_by_text("通行密钥没有通过")).to_be_visible()
        assert [line for line in troubles(page) if "422" not in line and "401" not in line] == []


async def test_a_proof_counts_once_and_only_in_its_time(make_program: Make, chromium: Browser, clock) -> None:
    async with site(make_program) as (program, address):
        page = await page_at(chromium, PHONE)
        await with_key(page, address, clerk_link(program, address))
        await leaves(page)
        answer = await caught(page)
        assert await sent(page, address, answer) == 303
        uncounted = passkeys.update().values(sign_count=0)  # as with phones that count nothing
        program.database.transact(lambda tx: tx.execute(uncounted))
        assert await sent(page, address, answer) == 422, "used"
        await page.goto(f"{address}/in")
        answer = await caught(page)
        clock.passes(minutes=5, seconds=1)
        assert await sent(page, address, answer) == 422, "too old"
        assert await sent(page, address, answer.replace("a", "b")) == 422
        assert await sent(page, address, "[" * 9_000) == 422


async def test_a_copied_key_is_refused(make_program: Make, chromium: Browser) -> None:
    async with site(make_program) as (program, address):
        page = await page_at(chromium, PHONE)
        await with_key(page, address, clerk_link(program, address))
        await leaves(page)
        ahead = passkeys.update().values(sign_count=100)  # the copy has been used in the meantime
        program.database.transact(lambda tx: tx.execute(ahead))
        await enters(page)
        await expect(page.get_by_text("通行密钥没有通过")).to_be_visible()


async def test_a_proof_for_another_place_is_refused(make_program: Make, chromium: Browser) -> None:
    """The same host on another port is another origin, though the browser finds the passkey there."""
    async with site(make_program) as (program, address), desk(program, unused_port()) as other:
        page = await page_at(chromium, PHONE)
        await with_key(page, address, clerk_link(program, address))
        await leaves(page)
        await page.goto(other.replace("127.0.0.1", "localhost") + "/in")
        await enters(page)
        await expect(page.get_by_text("通行密钥没有通过")).to_be_visible()
        await page.goto(f"{address}/in")
        await enters(page)
        await expect(page).to_have_url(f"{address}/console/today")


async def test_a_lost_role_takes_the_passkey_along(make_program: Make, chromium: Browser) -> None:
    async with site(make_program) as (program, address):
        page = await page_at(chromium, PHONE)
        await with_key(page, address, clerk_link(program, address))
        await leaves(page)
        [owner] = [str(row["person_id"]) for row in rows(program, "passkeys")]
        program.acts.transact(people.end_role, owner, "clerk", None)
        await enters(page)
        await expect(page.get_by_text("通行密钥没有通过")).to_be_visible()


async def test_where_passkeys_cannot_work_the_page_says_so(program: Program, chromium: Browser) -> None:
    async with desk(program) as address:
        page = await page_at(chromium, PHONE)
        await page.goto(f"{address}/in")
        await expect(page.get_by_text("这个网址不能用通行密钥")).to_be_visible()
        await expect(page.get_by_role("button", name="用通行密钥登录")).to_have_count(0)
        await expect(page.locator("#password")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_the_pages_of_signing_in(make_program: Make, chromium: Browser, size) -> None:
    name = "phone" if size is PHONE else "wide"
    async with site(make_program) as (program, address):
        page = await page_at(chromium, size)

        async def look(what: str) -> None:
            await shot(page, f"{name}-{what}")
            assert not await too_wide(page), what

        await page.goto(f"{address}/in")
        await look("door-zh")
        await page.goto(f"{address}/language/en?back=/in")
        await look("door-en")
        await page.locator("summary").first.click()
        await page.locator("summary").last.click()
        await look("door-en-open")
        await page.goto(f"{address}/language/zh?back=/in")
        await page.goto(clerk_link(program, address))
        await look("reminded")
        await page.goto(f"{address}/me")
        await look("mine-zh")
        await page.get_by_role("link", name="设置密码和动态码").click()
        await page.locator("#password").fill("1234567890")
        await page.get_by_label("显示密码").check()
        assert await page.locator("#password").get_attribute("type") == "text"
        await look("password-zh")
        await page.locator("#code").fill("000000")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_role("alert")).to_contain_text("太容易猜到")
        await look("password-wrong")
        await page.goto(f"{address}/me")
        await page.get_by_role("button", name="生成恢复码").click()
        await expect(page.locator(".codes li")).to_have_count(10)
        await look("codes-zh")
        await page.goto(f"{address}/language/en?back=/me")
        await look("mine-en")
        await page.goto(f"{address}/console/people")
        await page.locator("summary", has_text="Efficiency").first.click()
        await page.get_by_role("link", name="Withdraw").first.click()
        await look("withdraw-en")
        await page.goto(f"{address}/language/zh?back={page.url.removeprefix(address).replace('&', '%26')}")
        await look("withdraw-zh")
        clerk = str(rows(program, "logins")[0]["person_id"])
        await page.goto(f"{address}/console/people/{clerk}/signin")
        await look("other-zh")


async def test_a_page_that_has_stood_open_leads_to_the_door_and_back(
    make_program: Make, chromium: Browser, clock: Clock
) -> None:
    async with site(make_program) as (program, address):
        page = await page_at(chromium, PHONE)
        await with_key(page, address, clerk_link(program, address))
        clock.passes(minutes=31)
        await page.get_by_role("button", name="在这台设备上添加通行密钥").click()
        await expect(page.get_by_text("登录后接着做刚才的事")).to_be_visible()
        await enters(page)
        await expect(page.get_by_text("已重新登录。请接着添加通行密钥。")).to_be_visible()
        await expect(page.get_by_role("button", name="在这台设备上添加通行密钥")).to_be_visible()
