"""Nobody who complained, visited, answered or is on a list can be found out: a unique mark in every identity field
turns up nowhere else.

Looked through, byte for byte: the database's own files or every row of it, all exports, the office's pages, what
other people are told by chat and by SMS, the clean copies of pictures, and the log. Only the sealed store holds the
marks, and it is sealed.
"""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from bot.build import build
from bot.logs import configure
from models.tables import metadata
from services import desk, oversight, people
from services.foundation.witness import VOUCHED
from services.oversight import SheetWords
from services.people import Grant, Role
from tests.conftest import Clock, copied, put_key, rows, settings_for
from tests.drivers.auditing import is_whole
from tests.drivers.browsing import browsing
from tests.drivers.crawling import crawl
from tests.drivers.marked import (
    CITIZEN,
    DEPUTY_1,
    HEAD_1,
    HEAD_2,
    LISTED,
    MARKS,
    OF_UNIT,
    OTHER_UNIT,
    TO_NO_UNIT,
    UNIT,
    VISITOR,
    Story,
    found,
    telling,
    told,
)
from tests.drivers.postgresql import Copies
from tests.web.conftest import Browser, link, member
from web.site.site import PAGES

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one story, looked at from all sides
HEADS_PHONE = "+86" + MARKS["head's phone"]
OFFICE = (
    Role.CLERK,
    Role.OFFICE_HEAD,
    Role.REVIEWER,
    Role.DISCIPLINE,
    Role.LEADING_GROUP,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
PEOPLE = {"head's name", "other head's name", "supervisor's name"}  # whom the office knows by name


def allowed(path: str) -> set[str]:
    """The names that the office reads at an address: those of people of the units, never a citizen's."""
    return next((names for place, names in TOLD.items() if path.startswith(place)), set())


TOLD = {"/console/people": PEOPLE, "/console/duty/": {"head's name", "head's file name"}}


@contextmanager
def listening() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """The log at its most talkative, our own lines and those of libraries: standard output, standard error."""
    out, err, root = io.StringIO(), io.StringIO(), logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers.clear()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            configure("debug")
            yield out, err
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


@asynccontextmanager
async def told_on(folder: Path, url: str) -> AsyncIterator[Story]:
    put_key(folder)
    clock = Clock()
    program = build(settings_for(folder, database_url=url), clock=clock)
    program.load_units()
    with listening() as (out, log):
        async with telling(program, clock) as story:
            story.out, story.log = out, log
            yield story
    program.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(_sqlite_city: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    folder = tmp_path_factory.mktemp("identity")
    async with told_on(folder, copied(_sqlite_city, folder)) as story:
        yield story


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story_on_postgresql(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    url = copies.new()
    async with told_on(tmp_path_factory.mktemp("identity"), url) as story:
        yield story
    copies.leave(url)


async def test_the_marks_are_really_in_the_sealed_store(story: Story) -> None:
    """Or else the other tests would prove nothing."""
    program = story.program
    [case], [seen] = rows(program, "cases"), rows(program, "visits")
    identity = program.acts.look(people.identity_of, str(case["id"]))
    assert identity is not None
    assert (identity["name"], identity["phone"]) == ("MARK王小明", "13807974171")
    private = program.acts.look(people.identity_of, str(seen["id"]))
    assert private is not None
    assert private["place"] == [25.8319471, 114.9329471]
    [sealed] = rows(program, "quarantine")
    assert b"MARKhostile" in program.vault.open_bytes(sealed["sealed"], "quarantine")  # pyright: ignore[reportArgumentType]
    pieces = rows(program, "evidence")
    assert len(pieces) == 5  # of the citizen, the supervisor, two of the head, and the notice's
    assert all(b"MARKexif" in program.store.original(str(row["sha256"])) for row in pieces)
    for number in (HEADS_PHONE, LISTED):
        assert program.acts.look(people.contact_of_hash, people.address_hash(program.vault, "sms", number)), number


async def test_a_dump_of_the_database_holds_no_mark(story: Story) -> None:
    program = story.program
    for table in metadata.tables:
        for row in rows(program, table):
            for name, value in row.items():
                assert found(value if isinstance(value, bytes) else str(value)) == [], f"{table}.{name}"
    if program.database.is_sqlite:
        for file in program.settings.data_dir.glob("mingcha.db*"):
            assert found(file.read_bytes()) == []


async def test_what_a_rule_may_count_names_a_unit_and_nobody_else(story: Story) -> None:
    """By allow-list: a column or a detail that is added tomorrow is looked at here first."""
    found_rows, [case] = rows(story.program, "happenings"), rows(story.program, "cases")
    assert {row["kind"] for row in found_rows} == {"complaint_accepted", "complaint_closed"}
    for row in found_rows:
        assert set(row) == {"id", "once", "kind", "unit_id", "subject_id", "obligation_id", "at", "detail"}
        assert row["detail"] == {"number": case["number"]}
        assert row["subject_id"] == case["id"]
        assert row["at"].astimezone(story.program.settings.zone).time() == time()


async def test_no_file_beside_the_key_holds_a_mark(story: Story) -> None:
    files = [path for path in story.program.settings.data_dir.rglob("*") if path.is_file()]
    assert sum("copies" in path.parts for path in files) >= 10  # five pictures with their thumbnails
    for path in files:
        assert found(path.read_bytes()) == [], path
        assert found(str(path)) == []


@pytest.mark.parametrize("what", oversight.WHAT)
async def test_no_export_holds_a_mark(story: Story, what: str) -> None:
    for form in oversight.FORMS:
        out = io.BytesIO()
        story.program.database.look(
            lambda tx, out=out, form=form: oversight.write_table(
                out,
                form,
                oversight.COLUMNS[what],
                oversight.export_rows(tx, story.program.vault, what),
                SheetWords(story.program.texts["zh"], UTC, what),
            )
        )
        assert out.getbuffer().nbytes > 0
        assert found(out.getvalue()) == []


async def test_no_page_of_the_office_holds_a_mark_unasked(story: Story) -> None:
    program = story.program
    subjects = [str(row["id"]) for table in ("cases", "visits") for row in rows(program, table)]
    lists = *(page.path for page in PAGES if page.name != "people"), "/console/notices/new"
    owing = ("/console/duties/new", "/console/duties?state=settled")
    notice = (story.notice, f"{story.notice}/progress")
    leaving = [f"/console/{name}.{form}" for name in ("reports", "duties", "notices") for form in ("csv", "print")]
    async with story.desk() as clerk:
        for path in (*lists, *owing, *notice, *leaving, *(f"/console/report/{one}" for one in subjects)):
            page = await clerk.opens(path)
            assert clerk.status == 200, path
            assert found(page) == [], path
        assert set(found(await clerk.opens(story.obligation))) <= {
            "head's name",
            "head's file name",
        }  # who has answered, and with what
        assert clerk.status == 200
        page = await clerk.opens("/console/people")
        assert set(found(page)) == PEOPLE  # it is the page of who they are, with masked numbers
        assert "139****2222" in page


async def test_no_picture_of_the_office_holds_a_mark(story: Story) -> None:
    shown = 0
    async with story.desk() as clerk:
        for piece in (str(row["id"]) for row in rows(story.program, "evidence")):
            paths = f"/console/evidence/{piece}", f"/console/evidence/{piece}/small", f"{story.notice}/file/{piece}"
            for path in paths:
                answer = await clerk.client.get(path)
                shown += answer.status == 200
                assert found(await answer.read()) == [], path
                assert found(str(answer.headers)) == [], path
    assert shown >= 9


@pytest.mark.parametrize("role", [None, *OFFICE])
async def test_no_address_that_a_role_reaches_holds_a_mark(story: Story, role: Role | None) -> None:
    """Every page, list, file and picture that links lead to, and the answer where nothing is."""
    client, opened = browsing(story.server), set[str]()
    reports = [f"/console/report/{row['id']}" for table in ("cases", "visits") for row in rows(story.program, table)]
    starts = "/", "/console/today", story.obligation, *reports, f"/console/report/{'0' * 20}"
    async with client.session:
        if role is not None:
            person_id = member(story.program, f"某{role}", Grant(role, None))
            await Browser(client).sends("/in", code=link(story.program, person_id))
        async for path, status, body, headers in crawl(client, *starts):
            opened.add(path.partition("?")[0])
            assert status < 500, path
            assert set(found(body)) <= allowed(path), path
            assert found(headers) == [], path
    assert len(opened) >= (30 if role else 8)


@pytest.mark.parametrize("unit", [UNIT, OTHER_UNIT])
async def test_no_address_that_a_head_reaches_holds_a_mark(story: Story, unit: str) -> None:
    """What a unit sees on its own pages is what the chat shows it, whoever files and whatever is asked for."""
    program, client, opened = story.program, browsing(story.server), set[str]()
    name, own = ("MARK局长赵", "head's name") if unit == UNIT else ("MARK局长孙", "other head's name")
    known = (program.acts.look(people.person, one) for one in program.acts.look(people.heads_of, [unit])[unit])
    [head] = [one.id for one in known if one and one.name == name]
    duty = f"/unit/{story.obligation[-20:]}"
    numbers = [str(row["number"]) for row in rows(program, "cases")]
    starts = "/unit", duty, f"/unit/{'0' * 20}", "/me", "/console", story.obligation
    async with client.session:
        code = program.acts.transact(people.issue_link, head, timedelta(days=1), to_page=True)
        await Browser(client).sends("/in", code=code)
        async for path, status, body, headers in crawl(client, *starts):
            opened.add(path.partition("?")[0])
            assert status < 500, path
            assert set(found(body)) <= {own, "head's file name"}, path
            assert found(headers) == [], path
            said = body.decode(errors="replace")
            assert [mark for mark in (*TO_NO_UNIT.values(), *numbers) if mark in said] == [], path
            if path == duty:
                assert ("D20261123-0001" in said) == (status == 200) == (unit == UNIT)
    assert {"/unit", duty} <= opened


async def test_nobody_else_is_told_a_mark(story: Story) -> None:
    """Neither a stranger with the case number nor the other reporter."""
    stranger = story.user(5)
    [case] = rows(story.program, "cases")
    obligation_id, notice_id = story.obligation[-20:], story.notice[-20:]
    for said in ("/start", f"/duty {obligation_id}", f"/seen {notice_id}", f"/status {case['number']}"):
        await stranger.says(said)
    await stranger.waits_for(story.served.words("status.unknown_code"))
    await stranger.says(f"/status {case['id']}")
    await stranger.waits_for(story.served.words("status.unknown_code"))
    assert found(told(stranger)) == []
    assert set(found(told(story.user(VISITOR)))) <= {"supervisor's name"}


async def test_no_unit_is_told_anything_of_the_citizen(story: Story) -> None:
    """Neither who it was nor in which words, when and with what photo; whoever asks for more gets no more."""
    [case] = rows(story.program, "cases")
    obligation_id = story.obligation[-20:]
    for id, own_name in ((HEAD_1, {"head's name"}), (DEPUTY_1, set()), (HEAD_2, {"other head's name"})):
        user = story.user(id)
        for said in (
            "/duties",
            f"/duty {obligation_id}",
            f"/status {case['number']}",
            f"/status {case['id']}",
            "/late",
        ):
            await user.says(said)
        await story.settled()
        heard = told(user)
        assert "D20261123-0001" in heard or id == HEAD_2
        assert set(found(heard)) <= own_name
        assert [name for name, mark in TO_NO_UNIT.items() if mark in heard] == []
        pictures = sum(record.from_bot and "photo" in record.message for record in user.chat.records.values())
        assert pictures == (id != DEPUTY_1), "only the notice's own"


async def test_the_citizen_is_told_nothing_of_whoever_answered(story: Story) -> None:
    heard = told(story.user(CITIZEN))
    assert not OF_UNIT.keys() & set(found(heard))
    assert "经办人" not in heard


async def test_no_text_message_holds_a_mark(story: Story) -> None:
    """An SMS lies open at the carrier and on the lock screen: not even the recipient's own name."""
    assert {to for to, _ in story.texted} == {HEADS_PHONE, LISTED}
    for _, text in story.texted:
        assert found(text) == []
        assert [name for name, mark in TO_NO_UNIT.items() if mark in text] == []


async def test_what_a_unit_may_see_holds_no_mark(story: Story) -> None:
    program = story.program
    [case], [seen] = rows(program, "cases"), rows(program, "visits")
    sights = [desk.sight_of_case(case, "市国土局", ""), desk.sight_of_visit(seen, "市国土局", "")]
    for sight in sights:
        assert found(repr(sight)) == []
        assert "15:00" not in repr(sight)


async def test_the_audit_chain_vouches_for_all_that_happened(story: Story) -> None:
    """Whoever writes such a row and appends no event, or another digest, is found here."""
    assert is_whole(story.program)
    # No part of this story: what clerks enter (tests/web/desk/test_keying_pages.py), what people rate at windows
    # (tests/handlers/cases/test_walkin.py), what is published (tests/web/test_public.py), identities that are asked for
    # (tests/web/desk/test_openings_pages.py), what the office often says (tests/web/desk/test_standard_texts.py), items
    # (tests/services/cases/test_items.py), links by which a unit answers (tests/web/test_answering.py).
    elsewhere = {"answer_links", "extensions", "intakes", "items", "walkins", "publications", "openings"}
    elsewhere |= {"standard_texts"}
    assert {table for table in VOUCHED if not rows(story.program, table)} <= elsewhere


async def test_no_log_line_holds_a_mark(story: Story) -> None:
    log, out = story.log.getvalue(), story.out.getvalue()
    assert "telegram_answers" in log  # the log was really on
    assert "SMS 139****2222 | " in out
    assert found(out) == []
    assert found(log) == []
    assert story.served.api.token not in log


async def test_all_of_it_holds_on_postgresql(story_on_postgresql: Story) -> None:
    """In one test, so that this longer story is told once."""
    story = story_on_postgresql
    await test_the_marks_are_really_in_the_sealed_store(story)
    await test_a_dump_of_the_database_holds_no_mark(story)
    await test_what_a_rule_may_count_names_a_unit_and_nobody_else(story)
    await test_no_file_beside_the_key_holds_a_mark(story)
    for what in oversight.WHAT:
        await test_no_export_holds_a_mark(story, what)
    await test_no_page_of_the_office_holds_a_mark_unasked(story)
    await test_no_picture_of_the_office_holds_a_mark(story)
    await test_nobody_else_is_told_a_mark(story)
    await test_no_unit_is_told_anything_of_the_citizen(story)
    await test_the_citizen_is_told_nothing_of_whoever_answered(story)
    await test_no_text_message_holds_a_mark(story)
    await test_what_a_unit_may_see_holds_no_mark(story)
    await test_no_log_line_holds_a_mark(story)
    await test_the_audit_chain_vouches_for_all_that_happened(story)
