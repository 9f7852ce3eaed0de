"""What a form loses: nothing, neither while the database is away nor for a character that no database takes."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from bot.build import Program
from channels.fake import FakePerson
from models.database import Database, DatabaseAway
from services import notices, people
from services.people import Grant, Role
from tests.conftest import owed, rows
from tests.drivers.desk_pages import ASKED, complains, first_report, instruct
from tests.drivers.notice_pages import uploads
from tests.web.conftest import Browser, link, member

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # only a server goes away
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
WORDS = "第一行 <b>\"&'\n</textarea><script>alert(1)</script>"


@contextmanager
def away(program: Program) -> Iterator[None]:
    """The server ends every connection to this database and takes no new one."""
    name = program.database.url.database
    server = Database(program.database.url.set(database="postgres").render_as_string(hide_password=False))
    engine = server.engine.execution_options(isolation_level="AUTOCOMMIT")

    def takes(yes: bool) -> None:
        with engine.connect() as connection:
            connection.execute(text(f'alter database "{name}" with allow_connections {str(yes).lower()}'))
            if not yes:
                ends = "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"
                connection.execute(text(ends), {"name": name})

    takes(False)
    try:
        yield
    finally:
        takes(True)
        server.close()


def given_back(page: str) -> tuple[str, list[tuple[str, str]]]:
    """The address and the fields of the form that can be sent again."""
    form = re.search(r'<form method="post" action="([^"]*)" data-once>(.*?)</form>', page, re.DOTALL)
    assert form, page
    return html.unescape(form[1]), [(name, html.unescape(value)) for name, value in FIELD.findall(form[2])]


async def sends_again(browser: Browser, page: str) -> str:
    address, fields = given_back(page)
    return await browser._take(await browser.client.post(address, data=fields))


@ON_POSTGRESQL
async def test_a_hand_over_that_found_no_database_is_given_back_and_sent_again(program: Program, clerk) -> None:
    await clerk.opens("/console/duties/new")
    with away(program):
        page = await clerk.sends(
            "/console/duties/new", unit="gtj", kind="instruction", text=WORDS, days="5", date="2026-12-04"
        )
        assert clerk.status == 503
        assert "没有保存" in page
        assert f'aria-describedby="unsaved-hint">{html.escape(WORDS, quote=False)}' in page.replace(
            "&#34;", '"'
        ).replace("&#39;", "'")
        assert "<script>alert" not in page
        assert (await sends_again(clerk, page), clerk.status) == (page, 503), "as often as it takes"
    page = await sends_again(clerk, page)
    assert "12月4日 周五 18:00" in page
    [obligation] = owed(program)
    assert (obligation["asked"], obligation["unit_id"], clerk.path[:14]) == (WORDS, "gtj", "/console/duty/")


@ON_POSTGRESQL
async def test_all_that_was_chosen_is_given_back(program: Program, clerk) -> None:
    await clerk.opens("/console/notices/new")
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', clerk.page)
    assert csrf
    sent = [
        ("csrf", csrf[1]),
        ("text_zh", "请到会。"),
        ("text_en", "Please come."),
        ("role", "head"),
        ("role", "deputy"),
    ]
    with away(program):
        page = await clerk._take(await clerk.client.post("/console/notices?x=%22%3E", data=sent))
        assert ">请到会。\n\nPlease come.</textarea>" in page
        assert given_back(page) == ("/console/notices?x=%22%3E", sent)
    await sends_again(clerk, page)
    [notice] = rows(program, "notices")
    assert notice["audience"]["roles"] == ["head", "deputy"]  # pyright: ignore[reportIndexIssue]


@ON_POSTGRESQL
async def test_a_forged_form_stays_one(program: Program, clerk) -> None:
    """The page makes no token: what is given back has the one that was sent."""
    await clerk.opens("/console")
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', clerk.page)
    assert token
    given = {"unit": "gtj", "kind": "instruction", "text": "别处写的话", "days": "5", "date": ""}
    with away(program):
        page = await clerk.sends("/console/duties/new", **given, csrf='"><b>0')
        assert (clerk.status, token[1] in page, '"><b>' in page) == (503, False, False)
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await clerk.client.post("/console/duties/new", data=given, headers=headers)
            foreign = await answer.text()
            assert (answer.status, "别处写的话" in foreign, "data-once" in foreign) == (503, False, False)
    await sends_again(clerk, page)
    assert clerk.status == 403
    assert owed(program) == []


@ON_POSTGRESQL
async def test_a_code_is_never_given_back(program: Program, clerk, clerk_id: str) -> None:
    code = link(program, clerk_id)
    with away(program):
        page = await clerk.sends("/in", code=code)
        assert (clerk.status, code in page, code.replace("-", "") in page) == (503, False, False)
        assert "data-once" not in page
        page = await clerk.opens("/console/duties")
        assert (clerk.status, "没有打开" in page, "data-once" in page) == (503, True, False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_step_that_is_saved_is_never_called_unsaved(
    program: Program, clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes between the release and its first deliveries: the job goes on, nobody sends again."""
    member(program, "局长", Grant(Role.HEAD, "gtj"))

    def goes(*_: object) -> None:
        raise DatabaseAway("test")

    for step, part in (("send", "spread"), ("abort", "stop_rows")):
        await clerk.opens("/console/notices/new")
        await clerk.sends("/console/notices", text_zh="请到会。", sms="1")
        place = clerk.path
        await uploads(clerk, f"{place}/list", "list", b"13800138000", "numbers.txt")
        await clerk.opens(place)
        monkeypatch.setattr(notices, part, goes)
        await clerk.sends(f"{place}/{step}", when="now")
        assert (clerk.status, clerk.path) == (200, place)
        monkeypatch.undo()
    assert {row["state"] for row in rows(program, "notices")} == {"released", "aborted"}


NOTICE = {"text_zh": "写了很久的通知", "text_en": "A notice", "role": "head"}
SHOWN = ">写了很久的通知\n\nA notice</textarea>"


def carried(page: str) -> str:
    """What every form of the door carries along."""
    found = set(re.findall(r'<input type="hidden" name="unsent" value="([^"]*)">', page))
    assert len(found) == 1, page
    return html.unescape(found.pop())


async def test_what_was_written_when_the_session_ended_is_there_after_signing_in_again(
    program: Program, clerk: Browser, clerk_id: str
) -> None:
    await clerk.opens("/console/notices/new")
    program.acts.transact(people.end_sessions, clerk_id)
    page = await clerk.sends("/console/notices", **NOTICE)
    assert (clerk.status, SHOWN in page, page.count('name="unsent"')) == (401, True, 3)
    for wrong in ({"login": "钱一", "password": "不对的密码", "totp": "123456"}, {"code": "AAAA-AAAA-AAAA-AAAA"}):
        page = await clerk.sends("/in/password" if "login" in wrong else "/in", **wrong, unsent=carried(page))
        assert (clerk.status in (403, 422), SHOWN in page) == (True, True), "also after a slip"
    page = await clerk.sends("/in/link", who="没有这个人", unsent=carried(page))
    assert (clerk.status, SHOWN in page) == (200, True), "also for whoever signs in by a link on their phone"
    elsewhere = page
    page = await clerk._take(await clerk.client.post(*given_back(elsewhere)[:1], data=given_back(elsewhere)[1]))
    assert (clerk.status, SHOWN in page) == (401, True)
    code = link(program, clerk_id)
    page = await clerk.sends("/in", code=code, unsent=carried(page))
    assert (clerk.status, "您已登录" in page, SHOWN in page) == (200, True, True)
    assert "钱一" in page, "whose session it is now"
    await clerk.sends("/in", code=code, unsent=carried(elsewhere_door(page, NOTICE)))
    assert SHOWN in clerk.page, "a page that is loaded again loses nothing"
    assert rows(program, "notices") == []
    await sends_again(clerk, page)
    [notice] = rows(program, "notices")
    assert (notice["texts"], clerk.status) == ({"zh": "写了很久的通知", "en": "A notice"}, 200)


def elsewhere_door(page: str, sent: Mapping[str, str]) -> str:
    """What the door carried, made of the form that it gave back."""
    address, fields = given_back(page)
    assert dict(fields).items() >= sent.items()
    packed = json.dumps([address, {name: [value] for name, value in fields}])
    return f'<input type="hidden" name="unsent" value="{html.escape(packed)}">'


async def test_a_form_from_before_signing_in_anew_is_given_back(
    program: Program, clerk: Browser, clerk_id: str
) -> None:
    written = await clerk.opens("/console/notices/new")
    await clerk.sends("/in", code=link(program, clerk_id))  # in another window of the same browser
    clerk.page = written
    page = await clerk.sends("/console/notices", **NOTICE)
    assert (clerk.status, SHOWN in page, "在别的窗口重新登录过" in page) == (403, True, True)
    assert rows(program, "notices") == []
    page = await sends_again(clerk, page)
    assert (clerk.status, len(rows(program, "notices"))) == (200, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_can_be_taken_no_more_is_shown(program: Program, clerk: Browser) -> None:
    """The report is gone, or the role was taken, while somebody wrote."""
    await clerk.opens("/console/duties/new")
    page = await clerk.sends(f"/console/report/{'0' * 20}/ask", text="写了很久的话")
    assert (clerk.status, ">写了很久的话</textarea>" in page, "data-once" in page) == (404, True, False)
    await clerk.sends("/in", code=link(program, member(program, "审计", Grant(Role.AUDITOR, None))))
    page = await clerk.sends("/console/duties/new", unit="gtj", text="写了很久的话")
    assert (clerk.status, ">写了很久的话</textarea>" in page, "data-once" in page) == (403, True, False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_foreign_form_is_carried_through_the_door(program: Program, clerk: Browser, clerk_id: str) -> None:
    """Neither one that another site sends, nor one that leads to another site, nor a secret."""
    foreign = {"Origin": "https://evil.example"}
    for who in (clerk.client, None):
        if who is None:
            program.acts.transact(people.end_sessions, clerk_id)
        answer = await clerk.client.post("/console/notices", data=NOTICE, headers=foreign)
        page = await answer.text()
        assert (answer.status, "写了很久" in page, "unsent" in page) == (403, False, False)
    for address, sent in (
        ("//evil.example/", {"text": ["你好"]}),
        ("https://evil.example/", {"text": ["你好"]}),
        ("/me/password", {"text": ["你好"], "password": ["密码密码密码"]}),
    ):
        packed = json.dumps([address, sent])
        page = await clerk.sends("/in", code="AAAA-AAAA-AAAA-AAAA", unsent=packed)
        assert (clerk.status, "你好" in page, "evil" in page) == (403, False, False)
    for odd in ("", "[", "[1]", '["/",{"text":[1]}]', '["/",{}]', "\0"):
        await clerk.sends("/in", code="AAAA-AAAA-AAAA-AAAA", unsent=odd)
        assert (clerk.status, "unsent" in clerk.page) == (403, False)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # the one that takes no NUL
async def test_no_field_of_any_form_breaks_the_database(
    program: Program, clerk, clerk_id: str, citizen: FakePerson
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    obligation = f"/console/duty/{instruct(program, clerk_id)}"
    await clerk.opens("/console/notices/new")
    await clerk.sends("/console/notices", text_zh="请到会。", role="head")
    notice, person = clerk.path, f"/console/people/{clerk_id}"
    somebody = {"name": "某人", "role": "head", "unit": "jtj", "phone": "13800138000", "days": "7"}
    hand = {"unit": "gtj", "kind": "instruction", "text": ASKED, "days": "5", "date": "", "seen": "x"}
    forms = [
        ("/console/duties/new", "/console/duties/new", hand),
        (report, f"{report}/hand", hand),
        *(
            (obligation, f"{obligation}/{act}", {"text": "好的好的", "date": ""})
            for act in ("return", "accept", "reply", "grant")
        ),
        *((report, f"{report}/{act}", {"text": "好的好的好的"}) for act in ("ask", "accept", "decline", "note")),
        (report, f"{report}/identity", {"purpose": "核实"}),
        (report, "/console/original", {"purpose": "核实", "piece": "0" * 20}),
        ("/console/calendar", "/console/calendar", {"day": "2026-11-30", "what": "free", "note": "说明"}),
        ("/console/calendar", "/console/calendar/clear", {"day": "2026-11-30"}),
        ("/console/people", "/console/people", somebody),
        *(("/console/people", f"{person}/{act}", somebody) for act in ("grant", "withdraw", "phone", "link")),
        ("/console/notices/new", "/console/notices", {"text_zh": "请到会。", "text_en": "x", "kind": "x"}),
        (f"{notice}/edit", f"{notice}/edit", {"text_zh": "请到会。", "area": "x", "unit": "gtj"}),
        *(
            (notice, f"{notice}/{act}", {"when": "later", "send_at": "2026-12-01T09:00", "piece": "0" * 20})
            for act in ("send", "release", "back", "again", "files/remove", "list/remove", "abort")
        ),
    ]
    for page, path, fields in forms:
        for name in ("seen", *fields):
            for odd in ("a\0b", f"{fields.get(name, 'x')}\0"):
                await clerk.opens(page)
                await clerk.sends(path, **(fields | {name: odd}))
                assert clerk.status < 500, (path, name, odd, clerk.page)
    assert "\0" not in repr([row["asked"] for row in owed(program)])


@pytest.mark.parametrize("cookie", [b"a\xff", b"a\xed\xa0\x80", b"x" * 300, b"%00"])
async def test_a_session_that_is_none_is_shown_the_door(clerk, cookie: bytes) -> None:
    reader, writer = await asyncio.open_connection(clerk.client.host, clerk.client.port)
    asked = b"GET /console HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: mingcha_office="
    writer.write(asked + cookie + b"\r\n\r\n")
    status = (await reader.readline()).split()[1]
    writer.close()
    assert status == b"401"
