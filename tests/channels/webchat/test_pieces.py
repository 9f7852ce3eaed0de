"""The pictures and files of a notice in the web chat: in its letter, and by address for whoever got it, nobody else."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import unquote

import pytest
from PIL import Image

from bot.build import Program
from channels.webchat.connection import CHANNEL
from services import notices
from tests.conftest import Clock
from tests.drivers.notice_desk import TEXT, becomes_head, counts, picture, release, written
from tests.drivers.webchat_browser import Browser, browsing, opened

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is asked is tested on both
NOWHERE = "0" * 20


async def got(browser: Browser, piece_id: str) -> tuple[int, dict[str, str], bytes]:
    async with browser.client.get(f"/chat/piece/{piece_id}") as answer:
        told = {name: value for name, value in answer.headers.items() if name not in ("Date", "ETag", "Last-Modified")}
        return answer.status, told, await answer.read()


async def test_a_letter_shows_its_picture_and_its_file_to_whoever_got_it(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        becomes_head(program, CHANNEL, browser.token)
        notice_id, [photo, file] = await written(program, [(None, picture()), ('备水"通知".txt', "请备水".encode())])
        assert (await got(browser, photo.id))[0] == 404, "a draft is nobody's"
        release(program, notice_id)
        [letter] = await tab.answer()
        assert TEXT in letter["text"] or TEXT in (letter["head"] or "")
        assert letter["media"] == [[photo.id, "photo", None], [file.id, "file", '备水"通知".txt']]
        assert [key["label"] for row in letter["rows"] for key in row] == ["收到"]
        status, headers, body = await got(browser, photo.id)
        assert (status, headers["Content-Type"]) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(body)).size == (64, 48)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        status, headers, body = await got(browser, file.id)
        assert (status, headers["Content-Type"], body.decode()) == (200, "text/plain", "请备水")
        disposition = headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''")
        assert unquote(disposition.partition("''")[2]) == '备水"通知".txt'
        [thanks] = await tab.taps("收到")
        assert "已签收" in thanks["text"] or "已签收" in (thanks["head"] or "")
        assert counts(program, notice_id) == {"acknowledged": 1}


async def test_a_stranger_is_told_what_is_told_of_no_piece_at_all(program: Program) -> None:
    async with browsing(program) as browser, opened(browser.server) as stranger, browser.tab(), stranger.tab():
        becomes_head(program, CHANNEL, browser.token)
        notice_id, [photo] = await written(program, [(None, picture())])
        release(program, notice_id)
        unknown = await got(stranger, NOWHERE)
        assert unknown[0] == 404
        assert await got(stranger, photo.id) == unknown
        assert await got(browser, NOWHERE) == unknown
        stranger.client.session.cookie_jar.clear()
        assert await got(stranger, photo.id) == unknown, "without a cookie"
        assert (await got(browser, photo.id))[0] == 200
        async with stranger.client.get(f"/chat/piece/{photo.id}.small") as answer:
            assert answer.status == 404


async def test_a_scheduled_notice_shows_its_pieces_at_its_time(program: Program, clock: Clock) -> None:
    async with browsing(program) as browser, browser.tab():
        becomes_head(program, CHANNEL, browser.token)
        notice_id, [photo] = await written(program, [(None, picture())])
        release(program, notice_id, program.clock() + timedelta(hours=2))
        unknown = await got(browser, NOWHERE)
        assert await got(browser, photo.id) == unknown
        clock.passes(hours=2, minutes=1)
        assert (await got(browser, photo.id))[0] == 200


async def test_what_is_stopped_before_its_time_is_never_shown(program: Program, clock: Clock) -> None:
    async with browsing(program) as browser, browser.tab():
        becomes_head(program, CHANNEL, browser.token)
        notice_id, [photo] = await written(program, [(None, picture())])
        release(program, notice_id, program.clock() + timedelta(hours=2))
        program.acts.by("clerk-1").transact(notices.abort, notice_id)
        clock.passes(hours=3)
        unknown = await got(browser, NOWHERE)
        assert await got(browser, photo.id) == unknown, "its rows are not all stopped yet"
        while program.acts.transact(notices.stop_rows, notice_id):
            pass
        assert await got(browser, photo.id) == unknown
        async with browser.tab() as again:
            assert not [letter for letter in again.letters if letter["media"]]


async def test_whoever_has_read_it_keeps_its_pieces_when_the_rest_is_stopped(program: Program) -> None:
    async with browsing(program) as browser, browser.tab() as tab:
        becomes_head(program, CHANNEL, browser.token)
        notice_id, [photo] = await written(program, [(None, picture())])
        release(program, notice_id)
        await tab.answer()
        await tab.taps("收到")
        program.acts.by("clerk-1").transact(notices.abort, notice_id)
        while program.acts.transact(notices.stop_rows, notice_id):
            pass
        assert (await got(browser, photo.id))[0] == 200
