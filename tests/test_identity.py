"""Nobody who complained or visited can be found out: a unique mark in every identity field turns up nowhere else.

Looked through, byte for byte: the database's own files or every row of it, all exports, the office's pages, what other
people are told, the clean copies of pictures, and the log. Only the sealed store holds the marks, and it is sealed.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC

import pytest
import structlog
from PIL import Image

from bot.build import Program
from bot.logs import configure
from bot.sheet import SheetWords
from models.tables import metadata
from services import export, policy, reports
from services.contacts import CLERK, SUPERVISOR, Grant
from tests.channels.serving import Served, serving
from tests.conftest import rows
from tests.web.conftest import Browser, link, member

pytest_plugins = ["tests.web.conftest"]

ACCOUNT, VISITOR = 7_700_417_001, 7_700_417_002  # chat ids
MARKS = {
    "account": str(ACCOUNT),
    "visitor's account": str(VISITOR),
    "profile name": "MARKprofile",
    "user name": "markusername",
    "name": "MARK王小明",
    "phone": "13807974171",
    "file name": "MARKfile",
    "photo metadata": "MARKexif",
    "supervisor's name": "MARK柏青松",
    "place, latitude": "25.8319471",
    "place, longitude": "114.9329471",
    "hostile update": "MARKhostile",
}


def marked_photo() -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (80, 60), (10, 90, 160))
    exif = image.getexif()
    exif[0x013B] = exif[0x010E] = "MARKexif"
    image.save(out, "JPEG", exif=exif, comment=b"MARKexif")
    return out.getvalue() + b"MARKexif"


@pytest.fixture
async def story(program: Program, capfd: pytest.CaptureFixture[str]) -> AsyncIterator[Served]:
    """A named complaint, a spot check and a hostile update, all full of marks, with the log at its most talkative."""
    configure("debug")
    supervisor = member(program, "MARK柏青松", *[Grant(SUPERVISOR, unit) for unit in ("gtj", "gaj")])
    code = link(program, supervisor)
    async with serving(program) as served:
        await complain(served)
        await visit(served, code)
        served.api.deliver_raw({"update_id": 99_000_001, "message": {"text": ["MARKhostile"], "chat": {"id": ACCOUNT}}})
        await served.until(lambda: rows(program, "quarantine"))
        await served.until(lambda: all(row["state"] == "kept" for row in rows(program, "evidence")))
        await served.api.drained(10)
        await served.until(
            lambda: not {str(row["state"]) for row in rows(program, "deliveries")} & {"queued", "sending"}
        )
        yield served
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()


async def complain(served: Served) -> None:
    citizen = served.api.user(ACCOUNT, first_name="MARKprofile", username="markusername")
    for said in (
        "/start",
        "/complain",
        "市国土局·办证窗口",
        "态度不好",
        "等了两个小时没有人理",
        "跳过",
        "昨天下午三点",
    ):
        await citizen.says(said)
    await citizen.sends_document(marked_photo(), "MARKfile.jpg", "image/jpeg")
    for said in ("完成", "2", "MARK王小明", "138 0797 4171", "提交"):
        await citizen.says(said)
    await served.until(lambda: rows(served.program, "cases"))


async def visit(served: Served, code: str) -> None:
    supervisor = served.api.user(VISITOR, first_name="MARKprofile")
    for said in (f"/start k-{code}", "/check", "市国土局", "跳过", "巡查", "完成", "完成", "完成", "完成", "完成"):
        await supervisor.says("作风巡查" if said == "巡查" else said)
    await supervisor.sends_photo(marked_photo())
    for said in ("完成", "25"):
        await supervisor.says(said)
    await supervisor.sends_location(25.8319471, 114.9329471)
    for said in ("跳过", "提交"):
        await supervisor.says(said)
    await served.until(lambda: rows(served.program, "visits"))


def found(data: bytes | str) -> list[str]:
    """The marks that stand in the data, plain, in UTF-16 or deflated."""
    data = data.encode() if isinstance(data, str) else data
    views = [data, *_inflated(data)]
    return [
        name
        for name, mark in MARKS.items()
        if any(mark.encode(code) in view for view in views for code in ("utf-8", "utf-16-le"))
    ]


def _inflated(data: bytes) -> list[bytes]:
    views = []
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|PK\x03\x04", data):
        for bits, at in ((15, start.start()), (-15, start.start() + 30)):
            try:
                views.append(zlib.decompressobj(bits).decompress(data[at:], 10_000_000))
            except zlib.error:
                continue
    return views


async def test_the_marks_are_really_in_the_sealed_store(story: Served) -> None:
    """Or else the other tests would prove nothing."""
    program = story.program
    [case], [seen] = rows(program, "cases"), rows(program, "visits")
    identity = program.database.look(reports.identity_of, program.vault, str(case["id"]))
    assert identity is not None
    assert (identity["name"], identity["phone"]) == ("MARK王小明", "13807974171")
    private = program.database.look(reports.identity_of, program.vault, str(seen["id"]))
    assert private is not None
    assert private["place"] == [25.8319471, 114.9329471]
    [sealed] = rows(program, "quarantine")
    assert b"MARKhostile" in program.vault.open_bytes(sealed["sealed"], "quarantine")  # pyright: ignore[reportArgumentType]
    shas = {str(row["sha256"]) for row in rows(program, "evidence")}
    assert all(b"MARKexif" in program.store.original(sha) for sha in shas)


async def test_a_dump_of_the_database_holds_no_mark(story: Served) -> None:
    program = story.program
    for table in metadata.tables:
        for row in rows(program, table):
            for value in row.values():
                assert found(value if isinstance(value, bytes) else str(value)) == [], table
    if program.database.is_sqlite:
        for file in program.settings.data_dir.glob("mingcha.db*"):
            assert found(file.read_bytes()) == []


async def test_no_file_beside_the_key_holds_a_mark(story: Served) -> None:
    files = [path for path in story.program.settings.data_dir.rglob("*") if path.is_file()]
    assert sum("copies" in path.parts for path in files) >= 4  # two pictures with their thumbnails
    for path in files:
        assert found(path.read_bytes()) == [], path
        assert found(str(path)) == []


@pytest.mark.parametrize("what", export.WHAT)
async def test_no_export_holds_a_mark(story: Served, what: str) -> None:
    for form in export.FORMS:
        out = io.BytesIO()
        story.program.database.look(
            lambda tx, out=out, form=form: export.write(
                out, form, what, export.rows(tx, what, UTC), SheetWords(story.program.texts["zh"], UTC, what)
            )
        )
        assert out.getbuffer().nbytes > 0
        assert found(out.getvalue()) == []


async def test_no_page_of_the_office_holds_a_mark_unasked(
    story: Served, browser: Callable[[], Awaitable[Browser]]
) -> None:
    program = story.program
    clerk = await browser()
    await clerk.sends("/in", code=link(program, member(program, "钱一", Grant(CLERK, None))))
    subjects = [str(row["id"]) for table in ("cases", "visits") for row in rows(program, table)]
    pieces = [str(row["id"]) for row in rows(program, "evidence")]
    seen = 0
    for path in ("/console", *(f"/console/{kind}/{one}" for one in subjects for kind in ("report", "case", "visit"))):
        page = await clerk.opens(path)
        seen += clerk.status == 200
        assert found(page) == [], path
    assert seen >= 3
    for piece in pieces:
        for path in (f"/console/evidence/{piece}", f"/console/evidence/{piece}/small"):
            answer = await clerk.client.get(path)
            assert answer.status == 200
            assert found(await answer.read()) == []
            assert found(str(answer.headers)) == []
    assert found(await clerk.opens("/console/quarantine")) == []


async def test_nobody_else_is_told_a_mark(story: Served) -> None:
    """Neither a stranger with the case number nor the other reporter."""
    stranger = story.api.user(5)
    [case] = rows(story.program, "cases")
    for said in ("/start", f"/status {case['number']}", f"/status {case['id']}"):
        await stranger.says(said)
    await stranger.waits_for(story.words("status.unknown_code"))
    heard = "\n".join(screen.text for screen in stranger.history())
    other = "\n".join(screen.text for screen in story.api.user(VISITOR).history() if screen.from_bot)
    assert found(heard.replace(str(ACCOUNT), "")) == []
    assert set(found(other)) <= {"supervisor's name"}


async def test_what_a_unit_may_see_holds_no_mark(story: Served) -> None:
    program = story.program
    [case], [seen] = rows(program, "cases"), rows(program, "visits")
    sights = [
        policy.sight_of_case(case, "市国土局", "", program.settings.zone),
        policy.sight_of_visit(seen, "市国土局", ""),
    ]
    for sight in sights:
        assert found(repr(sight)) == []
        assert "15:00" not in repr(sight)


async def test_no_log_line_holds_a_mark(story: Served, capfd: pytest.CaptureFixture[str]) -> None:
    said = capfd.readouterr()
    assert said.err  # the log was really on
    assert found(said.out) == []
    assert found(said.err) == []
    assert story.api.token not in said.err
