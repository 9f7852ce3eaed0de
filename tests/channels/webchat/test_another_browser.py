"""Whoever has the token of a conversation in another browser is told of, and can be cut off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from aiohttp import ClientSession

from bot.build import Program
from channels.fake import FakePerson
from services import talk
from tests.conftest import rows
from tests.drivers.webchat_browser import Browser, Tab, browsing, opened, served

MINE, COPIED = "mark-of-mine", "mark-of-another"


async def leaves(browser: Browser, mark: str) -> int:
    """A page says that it ends the conversation for all, or that it was told of the end."""
    headers = {"Origin": browser.origin, "X-Browser": mark}
    async with browser.client.post("/chat/forget?everywhere=1", headers=headers) as response:
        return response.status


def copy_of(browser: Browser) -> Browser:
    """A browser with a copy of this one's cookie."""
    thief = Browser(browser.server)
    thief.client.session.cookie_jar.update_cookies({"mingcha_chat": browser.token}, browser.server.make_url("/"))
    return thief


async def filed(tab: Tab) -> str:
    """The receipt code of a complaint."""
    await tab.says("/complain")
    await tab.says("gtj")
    await tab.taps("市国土局·办证窗口")
    await tab.taps("态度不好")
    await tab.says("周二上午十点到窗口，等了两个小时没有人理")
    for tapped in ("跳过", "昨天", "跳过", "匿名，单位看不到您是谁"):
        await tab.taps(tapped)
    [received] = await tab.taps("提交")
    return code_in(received["text"])


def code_in(text: str) -> str:
    found = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", text)
    return found[0] if found else ""


async def opens(browser: Browser, code: str) -> bool:
    """Whether a stranger sees the report by this code."""
    async with opened(browser.server) as stranger, stranger.tab() as tab:
        return "市国土局" in "".join(letter["text"] for letter in await tab.says(f"/status {code}"))


def told(texts: list[str]) -> int:
    return sum("另一个浏览器里打开了" in text for text in texts)


async def test_a_copied_cookie_is_told_of_once_for_each_browser_also_after_a_restart(
    make_program: Callable[..., Program],
) -> None:
    async with browsing(make_program()) as browser, browser.tab(mark=MINE) as mine:
        for _ in range(2):
            async with browser.tab(mark=MINE) as again:
                assert told([letter["text"] for letter in again.letters]) == 0
        for marked in (COPIED, COPIED, None, None):  # one copy has our page's script, another has no mark at all
            async with browser.tab(mark=marked):
                pass
        while told([letter["text"] for letter in mine.letters]) < 2:
            await mine.answer()
        assert [key["press"] for row in mine.letters[-1]["rows"] for key in row] == ["/anew", "/menu"]
        async with served(make_program()) as later, browser.tab(at=later, mark=COPIED) as still:
            assert told([letter["text"] for letter in still.letters]) == 2
        async with browser.tab(mark=MINE) as still:
            assert told([letter["text"] for letter in still.letters]) == 2


async def test_no_mark_of_a_browser_is_kept_as_it_is(program: Program) -> None:
    async with browsing(program) as browser, browser.tab(mark=MINE):
        [kept] = rows(program, "browsers")
        assert MINE not in str(kept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_more_browsers_are_told_of_than_a_person_has(program: Program) -> None:
    async with browsing(program) as browser:
        for n in range(talk.MOST_BROWSERS + 5):
            async with browser.tab(mark=f"{MINE}-{n}"):
                pass
        assert len(rows(program, "browsers")) == talk.MOST_BROWSERS


async def test_beginning_anew_cuts_the_others_off(program: Program) -> None:
    async with browsing(program) as browser, browser.tab(mark=MINE) as mine:
        await mine.says("/complain")
        thief = copy_of(browser)
        async with thief.tab(mark=COPIED) as other:
            assert len(other.letters) > 1
            here = {"Origin": browser.origin}
            async with browser.client.post("/chat/forget?everywhere=1", headers=here) as response:
                assert response.status == 204, "without its mark it is as good as any other browser"
            assert await other.until(lambda said: "bye" in said) == {"bye": "closed"}
        before = thief.token
        headers = {"Origin": browser.origin, "Cookie": f"mingcha_chat={before}"}
        async with ClientSession(browser.origin, headers=headers) as again, again.ws_connect("/chat/ws") as socket:
            await socket.send_json({"hello": 0, "id": "once-more", "browser": COPIED})
            assert await socket.receive_json() == {"bye": "closed"}
            async with again.post("/chat/upload", data=b"x") as answer:
                assert answer.status == 403
        assert await leaves(thief, COPIED) == 204
        for one in (browser, thief):
            await one.page()
            assert one.token != before
            async with one.tab(mark=MINE) as anew:
                assert [told([letter["text"]]) for letter in anew.letters] == [0], "a stranger's greeting"
        await thief.client.session.close()


@pytest.mark.parametrize("by_the_thief", [False, True])
async def test_where_it_began_the_reports_go_on_with_new_codes_and_the_old_ones_open_nothing(
    program: Program, by_the_thief: bool
) -> None:
    async with browsing(program) as browser:
        async with browser.tab(mark=MINE) as mine:
            code = await filed(mine)
        thief = copy_of(browser)
        async with thief.tab(mark=COPIED) as other:
            assert code in "".join(letter["text"] for letter in other.letters)
        assert await opens(browser, code)
        before, unanswered = browser.token, copy_of(browser)
        if by_the_thief:
            assert await leaves(thief, COPIED) == 204
            assert await opens(browser, code), "whoever merely copied the cookie takes no code from anybody"
        assert await leaves(browser, MINE) == 200
        assert await leaves(unanswered, MINE) == 200, "the answer was lost, and it is asked again"
        assert unanswered.token == browser.token != before
        async with browser.tab(mark="mark-anew") as anew:
            [moved] = anew.letters
            new = code_in(moved["text"])
            assert (new != code, len(rows(program, "vault"))) == (True, 1)
            assert "市国土局" in "".join(letter["text"] for letter in await anew.taps("查看我的来件"))
        assert (await opens(browser, code), await opens(browser, new)) == (False, True)
        assert await leaves(thief, COPIED) == 204
        for one in (thief, unanswered):
            await one.client.session.close()


async def test_another_tab_that_leaves_later_does_not_end_the_new_conversation(program: Program) -> None:
    async with browsing(program) as browser:
        async with browser.tab(mark=MINE) as mine:
            await filed(mine)
        device = re.findall(r'data-device="(\w+)"', await browser.page())[0]
        assert await leaves(browser, MINE) == 200
        headers = {"Origin": browser.origin, "X-Browser": MINE, "X-Device": device}
        async with browser.client.post("/chat/forget?everywhere=1", headers=headers) as response:
            assert (response.status, response.cookies) == (200, {})
        async with browser.tab(mark="mark-anew") as anew:
            assert "新查询码" in anew.letters[-1]["text"]


async def test_whoever_has_merely_brought_a_code_takes_it_from_nobody(program: Program) -> None:
    async with browsing(program) as browser, browser.tab(mark=MINE) as mine:
        code = await filed(mine)
        async with opened(browser.server) as stranger:
            async with stranger.tab(mark=COPIED) as tab:
                await tab.says(f"/status {code}")
            assert await leaves(stranger, COPIED) == 200
            async with stranger.tab(mark="mark-anew") as tab:
                assert code_in(tab.letters[-1]["text"]) == ""
        assert await opens(browser, code)


@pytest.mark.parametrize("said", ["/anew", "不是我，重新开始"])
async def test_it_is_ended_by_typing_too_also_in_the_middle_of_something(program: Program, said: str) -> None:
    async with browsing(program) as browser, browser.tab(mark=MINE) as mine, browser.tab(mark=COPIED) as other:
        await mine.tells(say="/complain")
        for answer in ("不", "确定结束"):
            await mine.tells(say=said)
            await mine.until(lambda heard: "要结束这个对话" in heard.get("letter", {}).get("text", ""))
            await mine.tells(say=answer)
        for tab in (mine, other):
            assert await tab.until(lambda heard: "bye" in heard) == {"bye": "closed"}
        assert await leaves(browser, MINE) == 200


async def test_elsewhere_nobody_has_a_conversation_to_end(citizen: FakePerson) -> None:
    assert "要结束这个对话" not in str(await citizen.says("/anew"))


async def test_a_page_at_another_process_is_cut_off_with_its_next_letter(make_program: Callable[..., Program]) -> None:
    first, second = make_program(), make_program()
    async with (
        browsing(first) as browser,
        served(second, look_every_seconds=0.02) as there,
        browser.tab(mark=MINE) as mine,
        browser.tab(at=there, mark=COPIED) as other,
    ):
        await mine.says("/complain")
        async with browser.client.post("/chat/forget?everywhere=1", headers={"Origin": browser.origin}) as response:
            assert response.status == 204
        assert await other.until(lambda said: "bye" in said) == {"bye": "closed"}
