"""Hostile words, odd requests and people without a right find nothing at the desk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk, people
from services.people import Role
from tests.drivers.desk_pages import HOSTILE, complains, first_report

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


@ON_SQLITE
async def test_hostile_words_are_inert(clerk, citizen: FakePerson) -> None:
    await complains(citizen, HOSTILE)
    page = await clerk.opens(first_report(await clerk.opens("/console")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert re.search(r'<p class="words" dir="auto">=HYPERLINK', page)
    assert clerk.answer is not None
    assert "unsafe-inline" not in clerk.answer.headers["Content-Security-Policy"]
    assert clerk.answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in page


@ON_SQLITE
async def test_a_form_without_its_token_changes_nothing(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    heard = len(citizen.heard())
    for changed in ({"csrf": ""}, {"csrf": "0" * 64}):
        page = await clerk.sends(f"{report}/accept", text="", **changed)
        assert clerk.status == 403
        assert "什么也没有改动" in page
        await clerk.opens(report)
    answer = await clerk.client.post(f"{report}/accept", headers={"Origin": "https://elsewhere.example"}, data={})
    assert answer.status == 403
    answer = await clerk.client.post(f"{report}/accept", json={"text": ""})
    assert answer.status == 400
    assert len(citizen.heard()) == heard


@ON_SQLITE
async def test_whoever_is_not_signed_in_sees_the_door(browser: Callable[[], Awaitable]) -> None:
    stranger = await browser()
    nothing = "0" * 20
    for path in ("", f"/report/{nothing}", "/people", f"/evidence/{nothing}", "/quarantine", "/fresh?since=x"):
        page = await stranger.opens(f"/console{path}")
        assert stranger.status == 401
        assert "请打开效能办发给您的一次性链接" in page
    await stranger.sends("/console/people", name="某人", role="clerk")
    assert stranger.status == 401


ODD = (
    b"GET /console HTTP/1.1\r\nCookie: mingcha_office=\xff\xfe\x80\r\n",
    b"GET /console?q=%ED%A0%80%00&after=%00 HTTP/1.1\r\nCookie: mingcha_office=%00; mingcha_language=\xff\r\n",
    b"GET /in/%ff%00%ED%A0%80 HTTP/1.1\r\nAccept-Language: \xff,;q=\r\n",
    b"GET /language/zh?back=/%5Celsewhere HTTP/1.1\r\n",
    b"POST /in HTTP/1.1\r\nOrigin: http://[\r\nContent-Length: 0\r\n",
    b"POST /in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=x\r\nContent-Length: 6\r\n",
    b"POST /in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n",
)


@ON_SQLITE
async def test_odd_requests_are_no_errors(browser: Callable[[], Awaitable]) -> None:
    server = (await browser()).client.server
    for asked in ODD:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(asked + b"Host: x\r\nConnection: close\r\n\r\ncode=\xff")
        answer = await reader.read()
        writer.close()
        assert 200 <= int(answer.split()[1]) < 500, (asked, answer)


@ON_SQLITE
async def test_what_does_not_exist_says_so(clerk) -> None:
    for path in ("/console/report/" + "0" * 20, "/console/evidence/" + "0" * 20, "/console/report/x%00", "/nowhere"):
        page = await clerk.opens(path, headers={"Accept": "text/html"})
        assert clerk.status == 404
        assert "没有这一页" in page


@ON_SQLITE
async def test_an_error_has_an_id_and_is_logged(clerk, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(desk, "counts", broken)
    page = await clerk.opens("/console")
    assert clerk.status == 500
    found = re.search(r"编号 ([0-9a-f]{8})", page)
    assert found
    assert "boom" not in page
    written = capsys.readouterr()
    assert found.group(1) in written.out + written.err


@ON_SQLITE
async def test_a_withdrawn_clerk_is_out_at_once(program: Program, clerk, clerk_id: str) -> None:
    program.acts.transact(people.end_role, clerk_id, Role.CLERK, None)
    await clerk.opens("/console")
    assert clerk.status == 401
