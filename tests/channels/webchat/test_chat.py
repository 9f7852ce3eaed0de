"""The web chat on the wire: what a browser sends and gets, on both databases."""

from __future__ import annotations

import asyncio
import errno
import io
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from http.cookies import SimpleCookie
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, WSCloseCode, WSMsgType, WSServerHandshakeError
from PIL import Image

from bot.build import Program
from channels.webchat import chat, connection, protocol, uploads
from channels.webchat.connection import BURST, PATIENCE
from channels.webchat.protocol import CHANNEL
from conversation.messages import Body, Say
from conversation.text import inert
from media import Died
from models.database import DatabaseAway
from services import deliveries, evidence
from services.deliveries import Outgoing
from tests.conftest import Clock, rows
from tests.drivers.media_samples import png
from tests.drivers.waiting import until
from tests.drivers.webchat_browser import SOON, Browser, Tab, browsing, fresh_id, opened, served

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the wire alone


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return out.getvalue()


async def fill_in(tab: Tab) -> None:
    """A complaint up to the evidence."""
    await tab.taps("我要反映问题")
    await tab.says("gtj")
    await tab.taps("市国土局·办证窗口")
    await tab.taps("态度不好")
    await tab.says("周二上午十点到窗口，等了两个小时没有人理")
    await tab.taps("跳过")
    await tab.taps("昨天")


async def test_a_complaint_with_a_photo_gets_its_receipt(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        assert "您好，这里是市效能办" in tab.letters[-1]["text"]
        await fill_in(tab)
        assert (tab.letters[-1]["asks"], tab.letters[-1]["progress"]) == ("media", "(6 / 8)")
        status, stored = await browser.upload(photo(), **{"X-File-Name": "%E5%BC%A0%E4%B8%89.jpg"})
        assert (status, stored["kind"]) == (200, "photo")
        await tab.tells(media=[stored["ref"]])
        [asked] = await tab.answer()
        assert "已收到 1 件" in asked["text"]
        await tab.taps("完成")
        [review] = await tab.taps("匿名，单位看不到您是谁")
        shown = {line["label"]: line["value"] for line in review["lines"]}
        assert (shown["单位"], shown["材料"]) == ("市国土局·办证窗口", "1 件")
        assert [key["label"] for key in review["rows"][0]] == ["提交"]
        [received] = await tab.taps("提交")
        assert "已收到，编号 20261121-9248" in received["text"]
        assert tab.turn is None
    [piece] = rows(program, "evidence")
    assert piece["subject_id"] is not None
    assert "张三".encode() not in bytes(piece["sealed"])  # type: ignore[arg-type]


@ON_ONE_DATABASE
async def test_a_unit_s_link_asks_for_the_window_at_once(program: Program) -> None:
    async with browsing(program) as browser:
        assert 'data-start="u-gtj"' in await browser.page("/chat?unit=gtj")
        async with browser.tab(start="u-gtj") as tab:
            assert "哪个窗口" in tab.letters[-1]["head"]


@ON_ONE_DATABASE
async def test_turning_the_page_draws_over_the_same_letter(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        [asked] = await tab.taps("我要反映问题")
        [more] = await tab.taps("下一页")
        assert (more["edits"], more["turn"]) == (asked["id"], asked["turn"])
        assert [key["stays"] for row in asked["rows"] for key in row if key["press"] == "/next"] == [True]


async def test_coming_back_brings_what_was_missed_and_nothing_twice(program: Program) -> None:
    async with browsing(program) as browser:
        async with browser.tab() as tab:
            await tab.taps("我要反映问题")
            last = tab.letters[-1]["id"]
        async with browser.tab() as other:
            await other.says("市国土局")
            expected = [letter["id"] for letter in other.letters]
        async with browser.tab(last=last) as again:
            assert [letter["id"] for letter in again.letters] == [one for one in expected if one > last]
            assert again.turn == again.letters[-1]["turn"]


@ON_ONE_DATABASE
async def test_a_letter_that_cannot_be_drawn_keeps_back_no_other(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        [mine] = rows(program, "contacts")
        bodies = [Body(say=Say(words, {"number": "1", "text": "好"})) for words in ("nowhere.nothing", "status.closed")]
        queued = [Outgoing(str(mine["id"]), CHANNEL, body) for body in bodies]
        program.acts.transact(lambda act: deliveries.queue(act, queued))
        for _ in queued:
            await tab.until(lambda said: "letter" in said)
        sorry, answered = tab.letters[-2:]
        [broken] = [row for row in rows(program, "deliveries") if row["error"]]
        assert (broken["state"], f"编号 {broken['id']}" in sorry["text"]) == ("failed", True)
        assert "好" in answered["text"]
        await tab.taps("主菜单")
        async with browser.tab() as again:
            assert "好" in again.letters[-2]["text"]


async def test_what_is_sent_again_has_no_second_effect(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        frame = {**tab.key("我要反映问题"), "id": fresh_id()}
        await tab.tells(**frame)
        await tab.answer()
        told = len(tab.letters)
        await tab.tells(**frame)
        assert await tab.until(lambda said: said.get("kept") == frame["id"])
        await tab.says("市国土局")
        assert len(tab.letters) == told + 1
        async with opened(browser.server) as stranger, stranger.tab() as other:
            await other.tells(**{**other.key("我要反映问题"), "id": frame["id"]})
            assert "哪个单位" in (await other.answer())[0]["head"]


async def test_two_tabs_opened_at_once_are_greeted_once(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as one, browser.tab() as two:
        assert [letter["id"] for letter in one.letters] == [letter["id"] for letter in two.letters]
        assert len(rows(program, "deliveries")) == 1


@ON_ONE_DATABASE
async def test_two_tabs_see_the_same_conversation(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as one, browser.tab() as two:
        await one.taps("我要反映问题")
        await two.until(lambda said: "turn" in said)
        assert [letter["id"] for letter in one.letters] == [letter["id"] for letter in two.letters]
        assert two.turn == one.turn


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_programs_share_one_conversation(make_program: Callable[..., Program]) -> None:
    first, second = make_program(), make_program()
    async with (
        browsing(first, look_every_seconds=0.05) as browser,
        served(second, look_every_seconds=0.05) as there,
        browser.tab() as here,
        browser.tab(at=there) as elsewhere,
    ):
        await here.taps("我要反映问题")
        await elsewhere.until(lambda said: "turn" in said)
        frame = {**elsewhere.key("市国土局"), "id": fresh_id()}
        await asyncio.gather(here.tells(**frame), elsewhere.tells(**frame))
        await asyncio.gather(*(tab.until(lambda said: said.get("kept") == frame["id"]) for tab in (here, elsewhere)))
        for tab in (here, elsewhere):
            while "哪个窗口" not in (tab.letters[-1]["head"] or ""):
                await tab.hears()
        assert [one["id"] for one in here.letters] == [one["id"] for one in elsewhere.letters]
        assert len(here.letters) == 3


async def test_the_receipt_code_brings_a_case_to_another_device(program: Program) -> None:
    async with browsing(program) as browser:
        async with browser.tab() as tab:
            await fill_in(tab)
            await tab.taps("跳过")
            await tab.taps("匿名，单位看不到您是谁")
            [received] = await tab.taps("提交")
        code = next(line.split()[1] for line in received["text"].splitlines() if line.startswith("查询码"))
        async with opened(browser.server) as elsewhere, elsewhere.tab() as other:
            await other.says("/status")
            assert "没有找到您的来件" in other.letters[-1]["text"]
            [shown] = await other.says(f"/status {code}")
            assert "20261121-9248" in shown["text"]


@ON_ONE_DATABASE
async def test_the_page_speaks_the_language_of_the_conversation(program: Program) -> None:
    async with browsing(program, language="en") as browser:
        async with browser.tab() as tab:
            assert '<html lang="en">' in await browser.page()
            await tab.tells(tap="/language zh")
            assert (await tab.answer())[0]["language"] == "zh"
        assert '<html lang="zh-CN">' in await browser.page()


async def test_a_confirmed_letter_is_delivered(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        assert {row["state"] for row in rows(program, "deliveries")} == {"queued"}
        await tab.tells(got=2**52)
        await tab.tells(beat=1)
        await tab.until(lambda said: "beat" in said)
        assert {row["state"] for row in rows(program, "deliveries")} == {"delivered"}


@ON_ONE_DATABASE
async def test_a_page_of_another_site_is_turned_away(program: Program) -> None:
    async with browsing(program) as browser:
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
            with pytest.raises(WSServerHandshakeError) as refused:
                await browser.client.session.ws_connect(browser.server.make_url("/chat/ws"), headers=headers)
            assert refused.value.status == 403
        assert await browser.upload(photo(), Origin="https://evil.example") == (403, {"code": "foreign"})
        async with browser.client.post("/chat/forget", headers={"Origin": "https://evil.example"}) as response:
            assert response.status == 403


@ON_ONE_DATABASE
async def test_without_a_cookie_the_page_is_told(program: Program) -> None:
    async with browsing(program) as browser:
        browser.client.session.cookie_jar.clear()
        headers = {"Origin": browser.origin}
        async with browser.client.session.ws_connect(browser.server.make_url("/chat/ws"), headers=headers) as socket:
            assert await socket.receive_json() == {"bye": "no_session"}
        assert await browser.upload(photo()) == (403, {"code": "no_session"})


@ON_ONE_DATABASE
async def test_the_cookie_is_out_of_reach_and_long_enough(make_program: Callable[..., Program]) -> None:
    program = make_program(public_url="https://mingcha.example")
    async with served(program) as server, opened(server) as browser:
        page = await browser.client.get("/chat")
        [told] = page.headers.getall("Set-Cookie")
        (name, cookie), *_ = SimpleCookie(told).items()
        assert name == "__Host-mingcha_chat"  # of this very host: no neighbour of ours can set it
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
        assert cookie["httponly"]
        assert cookie["secure"]
        assert len(cookie.value) >= 43
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy


@ON_ONE_DATABASE
async def test_a_token_that_somebody_else_has_planted_is_replaced_and_opens_nothing(program: Program) -> None:
    async with browsing(program) as browser:
        ours = browser.token
        made_up = ("A" * 43, "A" * len(ours), f"{'A' * 32}{ours[32:]}", f"{ours[:32]}{'0' * 24}", ours + "0")
        for planted in made_up:
            headers = {"Cookie": f"mingcha_chat={planted}", "Origin": browser.origin}
            async with ClientSession(browser.origin, headers=headers) as victim:
                async with victim.get("/chat") as page:
                    [given] = page.cookies.values()
                    assert given.value not in (planted, ours)
                async with victim.ws_connect("/chat/ws") as socket:
                    assert await socket.receive_json() == {"bye": "no_session"}
                async with victim.post("/chat/upload", data=photo()) as answer:
                    assert answer.status == 403


@ON_ONE_DATABASE
async def test_one_address_opens_no_more_pages_than_an_office_needs(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy it is the visitor's that counts: `bot.proxies` makes it the request's."""
    monkeypatch.setattr(chat, "MOST_OF_ADDRESS", 2)
    async with browsing(program) as browser, browser.tab(), browser.tab(), browser.tab():  # here: it may be a proxy

        async def opens(address: str) -> bool:
            headers = {"Cookie": f"mingcha_chat={browser.token}", "Origin": browser.origin}
            session = await sessions.enter_async_context(
                ClientSession(browser.origin, headers=headers, connector=TCPConnector(local_addr=(address, 0)))
            )
            socket = await sessions.enter_async_context(session.ws_connect("/chat/ws"))
            await socket.send_json({"beat": 1})
            said = await socket.receive_json()
            assert said in ({"beat": 1}, {"bye": "crowded"})
            return "beat" in said

        async with AsyncExitStack() as sessions:
            assert [await opens(f"127.0.0.{n}") for n in (2, 2, 2, 3)] == [True, True, False, True]
        async with AsyncExitStack() as sessions, asyncio.timeout(SOON):
            while not await opens("127.0.0.2"):
                pass


@ON_ONE_DATABASE
async def test_what_never_says_hello_is_no_page(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HELLO_SECONDS", 0.2)
    async with browsing(program) as browser, browser.tab() as page:
        headers = {"Origin": browser.origin}
        async with browser.client.session.ws_connect(browser.server.make_url("/chat/ws"), headers=headers) as socket:
            ended = await asyncio.wait_for(socket.receive(), SOON)
            assert ended.data == WSCloseCode.POLICY_VIOLATION
        assert await page.taps("我要反映问题")


HOSTILE = [
    "",
    "[]",
    "null",
    "{",
    '"x"',
    "{}",
    '{"say": "x"}',
    '{"say": 5, "id": "abcdefgh"}',
    "[" * 100_000,
    '{"say": "a", "tap": "b", "id": "abcdefgh"}',
    '{"place": [91, 0], "id": "abcdefgh"}',
    '{"place": [NaN, 0], "id": "abcdefgh"}',
    '{"media": [], "id": "abcdefgh"}',
    '{"hello": -1, "id": "abcdefgh"}',
    '{"media": ["web:1"], "id": "abcdefgh"}',
    '{"got": 1' + "0" * 5000 + "}",
    '{"tap": "x", "turn": 1e99, "id": "abcdefgh"}',
    '{"say": "x", "id": "no spaces please"}',
    '{"hello": 0, "start": "<b>", "id": "abcdefgh"}',
]


@ON_ONE_DATABASE
async def test_hostile_frames_are_refused_and_the_line_stays(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        for raw in HOSTILE:
            await tab.socket.send_str(raw)
            assert (await tab.hears())["code"] == "garbled", raw[:60]
        await tab.socket.send_bytes(b"\0\1")
        assert (await tab.hears())["code"] == "garbled"
        too_long = await tab.tells(say="长" * 20_001)
        assert await tab.hears() == {"refused": too_long, "code": "too_long"}
        await tab.socket.send_str('{"tap": "/complaint", "id": "still-alive"}')
        assert "哪个单位" in (await tab.answer())[0]["head"]


@ON_ONE_DATABASE
async def test_a_frame_beyond_the_limit_ends_the_line_only(program: Program) -> None:
    async with browsing(program) as browser:
        async with browser.tab() as tab:
            await tab.socket.send_str("x" * (protocol.LARGEST_FRAME + 1))
            ended = await asyncio.wait_for(tab.socket.receive(), SOON)
            assert (ended.type, ended.data) == (WSMsgType.CLOSE, 1009)
        async with browser.tab() as tab:
            assert tab.letters


async def test_words_are_kept_and_shown_inert(program: Program) -> None:
    hostile = "周二\x00上午\ud800去\u202e办证 <b>=1+1</b>\nfrom \x1b[31m"
    assert inert(hostile) == "周二上午\ufffd去办证 <b>=1+1</b>\nfrom [31m"
    async with browsing(program) as browser, browser.tab() as tab:
        await fill_in(tab)
        await tab.taps("跳过")
        [review] = await tab.taps("匿名，单位看不到您是谁")
        edit = next(line["press"] for line in review["lines"] if line["label"] == "经过")
        await tab.tells(tap=edit, turn=review["turn"], message=review["id"])
        await tab.answer()
        await tab.socket.send_str(json.dumps({"say": hostile, "id": fresh_id()}))
        [again] = await tab.answer()
        assert inert(hostile) in [line["value"] for line in again["lines"]]


@ON_ONE_DATABASE
async def test_too_fast_is_said_so(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        for _ in range(60):
            await tab.socket.send_str('{"beat": 1}')
        refused = await tab.until(lambda said: "refused" in said)
        assert refused["code"] == "too_fast"


@ON_ONE_DATABASE
@pytest.mark.parametrize("bytes_or_words", ["no frame", b"no text"])
async def test_whoever_sends_nothing_but_nonsense_is_cut_off(program: Program, bytes_or_words: str | bytes) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        send: Any = tab.socket.send_str if isinstance(bytes_or_words, str) else tab.socket.send_bytes
        for _ in range(BURST + PATIENCE + 30):  # more than refills meanwhile
            if tab.socket.closed:
                break
            await send(bytes_or_words)
        async with asyncio.timeout(SOON):
            while (await tab.socket.receive()).type is WSMsgType.TEXT:
                pass
        assert tab.socket.close_code == WSCloseCode.POLICY_VIOLATION


@ON_ONE_DATABASE
async def test_a_database_that_is_away_loses_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        frame = {"say": "/complaint", "id": fresh_id()}

        async def away(*_: object, **__: object) -> None:
            raise DatabaseAway

        with monkeypatch.context() as gone:
            gone.setattr(program.database, "talk", away)
            await tab.tells(**frame)
            assert await tab.hears() == {"away": frame["id"]}
        await tab.tells(**frame)
        assert "哪个单位" in (await tab.answer())[0]["head"]


@ON_ONE_DATABASE
async def test_uploads_that_cannot_be_taken_or_shown_say_why(program: Program) -> None:
    async with browsing(program, uploads_per_hour=5) as browser, browser.tab() as tab:
        assert await browser.upload(b"\0" * (evidence.LIMITS.file_bytes + 1)) == (413, {"code": "too_big"})
        assert await browser.upload(b"") == (422, {"code": "empty"})
        status, kept = await browser.upload(photo()[:200])
        assert (status, kept["kind"], kept["flaw"]) == (200, "file", "unseen")
        status, kept = await browser.upload(png(30_000, 30_000))
        assert (status, kept["kind"], kept["flaw"]) == (200, "file", "large")
        assert await browser.upload(b"MZ\x90\0\3\0\0\0" + bytes(300)) == (422, {"code": "kind_not_allowed"})
        assert await browser.upload(photo()) == (429, {"code": "too_often"})
        unknown = await tab.tells(media=["kept:0000"])
        assert await tab.hears() == {"refused": unknown, "code": "gone"}


@ON_ONE_DATABASE
async def test_a_full_disk_refuses_an_upload_for_now_and_leaves_nothing_half(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503: the page keeps the piece and sends it again."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    async with browsing(program) as browser, browser.tab():
        with monkeypatch.context() as patched:
            patched.setattr("services.evidence.store.os.fsync", full)
            assert await browser.upload(photo()) == (503, {"code": "full"})
        folder = program.settings.data_dir / "evidence"
        assert [path for path in folder.rglob("*") if path.is_file()] == []
        assert (await browser.upload(photo()))[0] == 200


@ON_ONE_DATABASE
@pytest.mark.parametrize("made", ["died", "spent"])
async def test_an_upload_whose_copy_is_not_made_now_is_taken_and_cleaned_later(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch, made: str
) -> None:
    """Because its process died, or because its sender has had enough of this hour."""

    async def died(*_: object) -> None:
        raise Died(9)

    async with browsing(program) as browser, browser.tab():
        with monkeypatch.context() as patched:
            if made == "died":
                patched.setattr("services.evidence.store.clean_apart", died)
            else:
                patched.setattr(program.store, "is_spent", lambda sender: True)
            status, stored = await browser.upload(photo())
        assert (status, stored["kind"]) == (200, "photo")
        [piece] = rows(program, "evidence")
        assert (piece["state"], program.store.original(str(piece["sha256"]))) == (evidence.WAITING, photo())
        fetcher = asyncio.create_task(evidence.Fetcher(program.acts, program.store, {}).run())
        clock.passes(minutes=10)
        await until(lambda: program.bells.ring([(evidence.BELL, "")]) or rows(program, "evidence")[0]["width"])
        fetcher.cancel()
        await asyncio.gather(fetcher, return_exceptions=True)
    assert program.store.copy_path(str(piece["id"])).is_file()


@ON_ONE_DATABASE
async def test_a_disk_short_of_space_refuses_files_with_words_and_takes_what_is_said(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before a turn is in danger."""
    async with browsing(program) as browser, browser.tab() as tab:
        with monkeypatch.context() as patched:
            patched.setattr(program.store.room, "free", lambda: 1)
            assert await browser.upload(photo()) == (507, {"code": "no_room"})
            await tab.says("/question")
            await tab.says("中午上班吗？")
        assert (await browser.upload(photo()))[0] == 200


@ON_ONE_DATABASE
async def test_a_browser_that_has_sent_its_share_of_the_day_leaves_the_rest_to_others(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = program.store.room.limits.model_copy(update={"sender_mb": 0.001})
    monkeypatch.setattr(program.store.room, "limits", limits)
    async with browsing(program) as browser, browser.tab(), opened(browser.server) as other, other.tab():
        assert (await browser.upload(photo()))[0] == 200
        status, told = 200, {}
        while status == 200:
            status, told = await browser.upload(photo())
        assert (status, told) == (429, {"code": "too_much"})
        assert (await other.upload(photo()))[0] == 200


async def begun(
    browser: Browser, sent: int = 1, at: str = "127.0.0.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An upload of which so many bytes have been sent, and never all."""
    host = browser.origin.removeprefix("http://")
    reader, half = await asyncio.open_connection(browser.server.host, browser.server.port, local_addr=(at, 0))
    mine = f"Host: {host}\r\nOrigin: {browser.origin}\r\nCookie: mingcha_chat={browser.token}"
    half.write(f"POST /chat/upload HTTP/1.1\r\n{mine}\r\nContent-Length: 60000\r\n\r\n".encode() + bytes(sent))
    await half.drain()
    return reader, half


@ON_ONE_DATABASE
async def test_one_browser_holds_no_more_uploads_open_than_its_page_sends(program: Program) -> None:
    async with (
        browsing(program, uploads_per_hour=1_000) as browser,
        opened(browser.server) as other,
        browser.tab(),
        other.tab(),
    ):
        lines = [await begun(browser) for _ in range(uploads.AT_ONCE + 1)]
        answers = [asyncio.create_task(reader.readline()) for reader, _ in lines]
        [turned_away], _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED, timeout=SOON)
        assert b"503" in await turned_away
        assert await browser.upload(photo()) == (503, {"code": "busy"})
        assert (await other.upload(photo()))[0] == 200
        for _, half in lines:
            half.close()
        await asyncio.gather(*answers, return_exceptions=True)
        async with asyncio.timeout(SOON):
            while (await browser.upload(photo()))[0] != 200:
                pass


@ON_ONE_DATABASE
async def test_whoever_drips_is_sent_away_and_whoever_is_slow_is_not(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "STILL_SECONDS", 0.4)
    monkeypatch.setattr(uploads, "LEAST", 1_000)
    async with browsing(program) as browser, browser.tab():
        for bytes_at_once, status in ((10, b"503"), (5_000, b"422")):
            reader, half = await begun(browser)
            answer = asyncio.create_task(reader.readline())
            sent = 1
            while not answer.done() and sent < 60_000:
                half.write(bytes(min(bytes_at_once, 60_000 - sent)))
                sent = min(60_000, sent + bytes_at_once)
                await asyncio.wait((answer,), timeout=0.1)
            assert status in await answer
            half.close()


@ON_ONE_DATABASE
async def test_uploads_that_never_end_hold_memory_only_while_they_last(program: Program) -> None:
    """Phones that lose their network, and those who mean harm. The page repeats what was answered with 503."""
    async with browsing(program, uploads_held=100_000, uploads_per_hour=10_000) as browser, browser.tab():
        assert (await browser.upload(photo()))[0] == 200
        answer = (200, None)
        async with asyncio.timeout(SOON):
            while answer[0] == 200:  # where the photo was first, the half one is the one that is sent away
                _, half = await begun(browser, 49_999)
                answer = await browser.upload(photo())
                if answer[0] == 200:
                    half.close()
                    await half.wait_closed()
        assert answer == (503, {"code": "busy"})
        half.close()
        await half.wait_closed()
        async with asyncio.timeout(SOON):
            while (await browser.upload(photo()))[0] != 200:
                pass


@ON_ONE_DATABASE
async def test_one_address_never_holds_all_the_memory_of_uploads(program: Program) -> None:
    """However many browsers it says it is."""
    async with (
        browsing(program, uploads_held=100_000) as browser,
        browser.tab(),
        opened(browser.server) as other,
        other.tab(),
    ):
        lines = [await begun(browser, 30_000, "127.0.0.2") for _ in range(3)]
        answers = [asyncio.create_task(reader.readline()) for reader, _ in lines]
        refused, open_still = await asyncio.wait(answers, timeout=SOON, return_when=asyncio.FIRST_COMPLETED)
        assert [one.result().split()[1] for one in refused][:1] == [b"503"]
        assert (await other.upload(photo()))[0] == 200
        for _, half in lines:
            half.close()
        await asyncio.gather(*open_still, return_exceptions=True)


async def test_another_s_upload_is_as_good_as_none(program: Program) -> None:
    async with browsing(program) as browser, browser.tab(), opened(browser.server) as stranger, stranger.tab() as tab:
        _, stored = await browser.upload(photo())
        taken = await tab.tells(media=[stored["ref"]])
        assert await tab.hears() == {"refused": taken, "code": "gone"}


async def test_unused_uploads_are_forgotten_with_their_files(program: Program, clock: Clock) -> None:
    async with browsing(program) as browser, browser.tab():
        _, stored = await browser.upload(photo())
        copy = program.store.copy_path(stored["ref"].removeprefix("kept:"))
        assert copy.exists()
        assert await program.acts.write(evidence.forget_unused, clock()) == []
        clock.passes(days=8)
        gone = await program.acts.write(evidence.forget_unused, clock())
        program.store.forget(gone)
        assert rows(program, "evidence") == []
        assert not copy.exists()
        assert not list(copy.parents[2].glob("originals/*/*"))


@ON_ONE_DATABASE
async def test_leaving_a_device_makes_it_nobody_s(program: Program) -> None:
    async with browsing(program) as browser:
        before = browser.token
        async with browser.client.post("/chat/forget", headers={"Origin": browser.origin}) as response:
            assert response.status == 204
        await browser.page()
        assert browser.token != before
