"""Photos and files that go to the citizen with the office's words: uploaded on the page, kept after a refusal, opened
by the citizen alone.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Attached, Media
from services import deliveries, evidence
from services.evidence import MB
from tests.conftest import events, rows
from tests.drivers.console_browser import picture
from tests.drivers.desk_pages import WORDS, answers, complains, first_report, is_head
from tests.drivers.pdf_samples import marked, marks
from tests.web.conftest import Browser
from tests.web.desk.test_case_answers import handed
from tests.web.test_public import filed

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REASON = "不属于效能办的范围"
PIECE = re.compile(r'name="piece" value="([0-9a-f]{20})"')
TICKED = re.compile(r'name="piece" value="([0-9a-f]{20})" checked')


async def sends(
    clerk: Browser, path: str, *files: tuple[str, bytes], pieces: tuple[str, ...] = (), **fields: str
) -> str:
    """A form of the page at hand with files, as a browser sends it."""
    form = FormData(quote_fields=False)
    for name in ("csrf", "seen"):
        found = re.search(rf'name="{name}" value="([0-9a-z_.]+)"', clerk.page)
        assert found
        form.add_field(name, found[1])
    for name, value in fields.items():
        form.add_field(name, value)
    for one in pieces:
        form.add_field("piece", one)
    for name, data in files:
        form.add_field("file", io.BytesIO(data), filename=name)
    return await clerk._take(await clerk.client.post(path, data=form))


def sent(program: Program, words: str) -> list[tuple[Attached, ...]]:
    """The pieces of each message with these words."""
    bodies = (deliveries.open_body(program.acts.vault, bytes(row["sealed"])) for row in rows(program, "deliveries"))  # pyright: ignore[reportArgumentType]
    return [body.say.pieces for body in bodies if body.say and body.say.words == f"status.{words}"]


async def test_an_answer_takes_a_photo_and_a_pdf_along_as_clean_copies(
    program: Program, clerk: Browser, browser: Any, citizen: FakePerson
) -> None:
    code = await filed(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await sends(clerk, f"{report}/accept", ("现场.jpg", picture(1)), text="已经受理。")
    assert "已受理" in clerk.page
    [[photo]] = sent(program, "accepted")
    await sends(clerk, f"{report}/answer", ("答复函.pdf", marked()), ("整改后.jpg", picture(2)), text="已经整改。")
    [[file, after]] = sent(program, "closed")
    assert (photo.kind, photo.name, file.kind, file.name, after.kind) == ("photo", None, "file", "答复函.pdf", "photo")
    own = {row["id"]: row for row in rows(program, "evidence") if row["ours"]}
    assert own.keys() == {photo.id, file.id, after.id}
    assert all(program.store.original(str(one["sha256"])) for one in own.values()), "the original is sealed and kept"
    told = [row["detail"]["pieces"] for row in events(program) if "pieces" in (row["detail"] or {})]  # pyright: ignore
    assert told == [[photo.id], [file.id, after.id]], "the chain tells what has left"
    assert "1 件材料" in await clerk.opens("/console"), "what the office encloses is no evidence"
    page = await clerk.opens(report)
    assert page.count(f'href="/console/evidence/{file.id}" download') == 1
    got = await clerk.client.get(f"/console/evidence/{file.id}")
    assert (got.status, marks(await got.read()), got.headers["Content-Disposition"]) == (200, [], "attachment")

    guest: Browser = await browser()
    page = await guest.sends("/track", code=code)
    assert sorted(PIECE.findall(page)) == sorted((photo.id, file.id, after.id))
    assert "答复函.pdf" in page
    answer = await guest.client.post("/track/piece", data={"code": code, "piece": after.id})
    assert Image.open(io.BytesIO(await answer.read())).size == (800, 600)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    answer = await guest.client.post("/track/piece", data={"code": code, "piece": file.id})
    assert (answer.headers["Content-Type"], marks(await answer.read())) == ("application/pdf", [])
    assert "attachment" in answer.headers["Content-Disposition"]


@ON_SQLITE
async def test_nobody_opens_it_with_another_code_and_nothing_else_by_the_right_one(
    program: Program, clerk: Browser, browser: Any, citizen: FakePerson, person: Any
) -> None:
    code = await filed(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await sends(clerk, f"{report}/accept", ("现场.jpg", picture(1)), text="")
    [[photo]] = sent(program, "accepted")
    other = await filed(person("somebody-else"))
    [mine, *_] = [row["id"] for row in rows(program, "evidence") if not row["ours"]]
    guest: Browser = await browser()
    for wrong, piece in ((other, photo.id), ("AAAA-BBBB-CCCC-DDDD", photo.id), (code, mine), (code, "0" * 20)):
        answer = await guest.client.post("/track/piece", data={"code": wrong, "piece": piece})
        assert answer.status == 404, piece
    assert (await guest.client.post("/track/piece", data={"code": code, "piece": photo.id})).status == 200


async def test_nothing_typed_or_uploaded_is_lost_when_it_is_refused(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await sends(clerk, f"{report}/decline", ("一.jpg", picture(1)), text="短")
    assert clerk.status == 422
    [first] = TICKED.findall(page)
    assert sent(program, "declined") == []
    page = await sends(clerk, f"{report}/decline", ("坏.jpg", picture(1)[:200]), pieces=(first,), text=REASON)
    assert (clerk.status, "坏.jpg" in page, "还没有发出" in page) == (422, True, True)
    assert TICKED.findall(page) == [first]
    assert f">{REASON}</textarea>" in page
    files = [(f"{n}.jpg", picture(n)) for n in range(5)]
    page = await sends(clerk, f"{report}/decline", *files, pieces=(first,), text=REASON)
    assert (clerk.status, "附件太多" in page, len(TICKED.findall(page))) == (422, True, 6)
    await sends(clerk, f"{report}/decline", pieces=tuple(TICKED.findall(page)[:5]), text=REASON)
    [pieces] = sent(program, "declined")
    assert (len(pieces), pieces[0].id) == (5, first)


@ON_SQLITE
async def test_a_clerk_encloses_no_upload_of_somebody_elses_and_none_twice(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    stored = await program.store.clean_and_keep(picture(1))
    program.acts.transact(evidence.add_upload, "somebody", None, stored)
    [theirs, *_] = [str(row["id"]) for row in rows(program, "evidence") if row["subject_id"]]
    for piece in (stored.id, theirs):
        page = await sends(clerk, f"{report}/ask", pieces=(piece,), text="请问是哪一天？")
        assert (clerk.status, "有附件不在了" in page, TICKED.findall(page)) == (422, True, [])
    await sends(clerk, f"{report}/ask", ("图.jpg", picture(2)), text="是这张表吗？")
    [[asked]] = sent(program, "asked")
    page = await sends(clerk, f"{report}/ask", pieces=(asked.id,), text="再问一次。")
    assert (clerk.status, len(sent(program, "asked"))) == (422, 1)


async def test_of_a_units_pictures_only_those_that_are_ticked_go_to_the_citizen(
    program: Program, clerk: Browser, browser: Any, person: Any, citizen: FakePerson
) -> None:
    head = await is_head(program, person("head-1"))
    code = await filed(citizen)
    report = first_report(await clerk.opens("/console"))
    [duty] = await handed(clerk, report, "gtj")
    answers(program, head, duty[-20:], "已办。", Media("p", "photo"), Media("q", "photo"))
    pictures = program.acts.look(evidence.pieces_of, duty[-20:])
    for n, one in enumerate(pictures):
        program.acts.transact(evidence.keep, await program.store.clean_and_keep(picture(n), one.id))
    first, second = (one.id for one in pictures)
    page = await clerk.opens(duty)
    assert (sorted(PIECE.findall(page)), TICKED.findall(page)) == (sorted((first, second)), []), "none by itself"
    page = await sends(clerk, f"{duty}/accept", ("函.jpg", picture(3)), pieces=(second,), to="citizen", text="")
    assert clerk.status == 422
    ticked = TICKED.findall(page)
    assert (len(ticked), second in ticked, first in ticked) == (2, True, False)
    await sends(clerk, f"{duty}/accept", pieces=tuple(ticked), to="citizen", text="已经整改。")
    [pieces] = sent(program, "closed")
    assert {one.id for one in pieces} == set(ticked)
    guest: Browser = await browser()
    assert set(PIECE.findall(await guest.sends("/track", code=code))) == set(ticked)
    assert (await guest.client.post("/track/piece", data={"code": code, "piece": second})).status == 200
    assert (await guest.client.post("/track/piece", data={"code": code, "piece": first})).status == 404
    assert len(program.acts.look(evidence.pieces_of, duty[-20:])) == 2, "they stay the unit's"
    assert f'/console/evidence/{second}"' in await clerk.opens(report)


@ON_SQLITE
async def test_where_the_disk_is_short_words_are_taken_and_given_back(
    program: Program, clerk: Browser, citizen: FakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    assert 'type="file" name="file"' in page
    wanted = program.store.room.limits.free_mb * MB
    monkeypatch.setattr(program.store.room, "free", lambda: wanted - 1)
    page = await sends(clerk, f"{report}/ask", ("图.jpg", picture(2)), text="请问是哪一天？")
    assert (clerk.status, ">请问是哪一天？</textarea>" in page) == (503, True)
    page = await clerk.opens(report)
    assert ('type="file" name="file"' in page, "现在不收文件" in page) == (False, True)
    await clerk.sends(f"{report}/ask", text="请问是哪一天？")
    assert len(sent(program, "asked")) == 1


@ON_SQLITE
async def test_words_before_a_large_file_are_given_back_where_the_session_has_ended(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    clerk.client.session.cookie_jar.clear()
    page = await sends(clerk, f"{report}/ask", ("图.jpg", bytes(2 * MB)), text="请问是哪一天？")
    assert (clerk.status, "请问是哪一天？" in page) == (401, True)
    assert [row for row in rows(program, "evidence") if row["ours"]] == []


@ON_SQLITE
async def test_a_clerk_who_has_uploaded_too_much_today_is_told_and_the_words_stay(
    program: Program, clerk: Browser, citizen: FakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    monkeypatch.setattr(program.store.room, "refusal", lambda *_: "too_much")
    page = await sends(clerk, f"{report}/ask", ("图.jpg", picture(2)), text="请问是哪一天？")
    assert (clerk.status, "您今天传的文件太多" in page, ">请问是哪一天？</textarea>" in page) == (422, True, True)
    assert sent(program, "asked") == []
