"""Evidence at the desk, and what nobody understood, shown inert."""

from __future__ import annotations

import csv
import io
import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from media import EXTENSIONS, PHOTOS, RECORDINGS, document
from media.values import FLAWS
from services import cases, evidence, people
from services.evidence.records import Wanted
from templates import HERE, LANGUAGES
from tests.conftest import events, rows
from tests.drivers.desk_pages import actions, complains, first_report
from tests.drivers.media_samples import PDF, photo_avif, photo_jpeg, webp_of

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


@ON_SQLITE
async def test_evidence_is_played_in_parts_and_the_original_has_a_purpose(
    program: Program, clerk, citizen: FakePerson, clerk_id: str
) -> None:
    number = await complains(citizen)
    piece_id = str(rows(program, "evidence")[0]["id"])
    stored = await program.store.clean_and_keep(photo(), piece_id)
    program.acts.transact(evidence.keep, stored)
    await clerk.opens(first_report(await clerk.opens("/console")))
    answer = await clerk.client.get(f"/console/evidence/{piece_id}", headers={"Range": "bytes=0-9"})
    assert answer.status == 206
    assert answer.content_type == "image/jpeg"
    assert len(await answer.read()) == 10
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    small = await clerk.client.get(f"/console/evidence/{piece_id}/small")
    assert small.content_type == "image/jpeg"
    assert (await small.read()).startswith(b"\xff\xd8")
    await clerk.sends("/console/original", piece=piece_id, purpose=" ")
    assert clerk.status == 422
    await clerk.opens("/console")
    await clerk.sends("/console/original", piece=piece_id, purpose="固定证据")
    assert clerk.answer is not None
    assert clerk.answer.headers["Content-Disposition"] == f'attachment; filename="{number}-1.png"'
    assert await clerk.answer.read() == photo()
    last = events(program)[-1]
    assert (last["action"], last["actor"]) == ("original_opened", clerk_id)
    assert actions(program).count("evidence_opened") == 1
    await clerk.opens("/console")
    await clerk.sends("/console/original", piece="0" * 20, purpose="固定证据")
    assert clerk.status == 404


def photo() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (64, 48), (30, 90, 160)).save(out, "PNG")
    return out.getvalue()


@ON_SQLITE
async def test_a_file_that_is_not_there_is_said_in_words(program: Program, clerk, citizen: FakePerson) -> None:
    """In place of the photo stands a sign; a thumbnail can do without. An original that is not there is no fault."""
    await complains(citizen)
    piece_id = str(rows(program, "evidence")[0]["id"])
    stored = await program.store.clean_and_keep(photo(), piece_id)
    program.acts.transact(evidence.keep, stored)
    small = f"/console/evidence/{piece_id}/small"
    program.store.copy_path(piece_id, thumbnail=True).unlink()
    assert (await clerk.client.get(small)).content_type == "image/jpeg"
    program.store.copy_path(piece_id).unlink()
    page = await clerk.opens(first_report(await clerk.opens("/console")))
    assert ("这个文件不在这台机器上" in page, small in page) == (True, False)
    original = program.settings.evidence_path / "originals" / stored.sha256[:2] / stored.sha256
    for spoil, told in (
        (lambda: original.write_bytes(b"x" * 40), "原件打不开：文件和封存时不一样"),
        (original.unlink, "原件不在这台机器上"),
    ):
        spoil()
        await clerk.opens("/console")
        page = await clerk.sends("/console/original", piece=piece_id, purpose="固定证据")
        assert (clerk.status, told in page, "mingcha doctor" in page, stored.sha256 in page) == (410, True, True, True)
        assert not [words for words in ("没有保存", "什么也没有改动") if words in page]


SILK = b"\x02#!SILK_V3" + bytes(range(256))


@ON_SQLITE
@pytest.mark.parametrize(
    ("data", "ending", "told"),
    [
        (SILK, "silk", ("微信或 QQ 的语音（SILK）", "放不出来", "原件已加密封存", "请在「取原件」里写明用途再下载")),
        (b"\n" + PDF, "pdf", ("PDF", "不在这里打开", "原件已加密封存", "请在「取原件」里写明用途再下载")),
        (photo_avif()[:300], "avif", ("图片", "在这里打不开：可能没有传完整", "原件已加密封存")),
        (webp_of(16_383, 16_383), "webp", ("图片", "这张图片太大", "原件已加密封存")),
        (b"FLV\1\5\0\0\0\x09" + bytes(90), "flv", ("录音或视频", "在这里打不开", "原件已加密封存")),
    ],
)
async def test_what_cannot_be_shown_is_named_with_the_way_to_its_original(
    program: Program, clerk, citizen: FakePerson, monkeypatch, data: bytes, ending: str, told: tuple[str, ...]
) -> None:
    monkeypatch.setattr(document, "sniff", None)  # a long text takes seconds: it is looked at in another process
    number = await complains(citizen)
    piece_id = str(rows(program, "evidence")[0]["id"])
    program.acts.transact(evidence.keep, await program.store.clean_and_keep(data, piece_id))
    page = await clerk.opens(first_report(await clerk.opens("/console")))
    for words in told:
        assert words in page
    await clerk.sends("/console/original", piece=piece_id, purpose="固定证据")
    assert clerk.answer.headers["Content-Disposition"] == f'attachment; filename="{number}-1.{ending}"'
    assert await clerk.answer.read() == data


@ON_SQLITE
async def test_a_piece_has_one_number_and_what_was_refused_does_not_count(
    program: Program, clerk, citizen: FakePerson
) -> None:
    """On the page, in the list to choose from and in the name of the file; those that came later go on."""
    number = await complains(citizen)
    case = str(rows(program, "cases")[0]["id"])
    address = people.address_hash(program.vault, "fake", citizen.address)
    account = program.acts.transact(people.lock_contacts, {address: ("fake", citizen.address, "zh")})[address]
    program.acts.transact(cases.add, account, case, "还有两张", (Media("p-2", "photo"), Media("p-3", "photo")))
    first, second, third = program.acts.look(evidence.pieces_of, case)
    program.acts.transact(evidence.refuse_and_tell, Wanted(first.id, "fake", "photo-1", 1), "empty")
    for piece in (second, third):
        program.acts.transact(evidence.keep, await program.store.clean_and_keep(photo(), piece.id))
    page = await clerk.opens("/console")
    assert "2 件材料" in page
    page = await clerk.opens(first_report(page))
    assert "照片 1<br>" in page, "the one that was refused"
    assert re.findall(r'alt="(照片 \d)"', page) == ["照片 2", "照片 3"]
    assert re.findall(r">(\d · 照片)</option>", page) == ["2 · 照片", "3 · 照片"]
    await clerk.sends("/console/original", piece=third.id, purpose="固定证据")
    assert clerk.answer.headers["Content-Disposition"] == f'attachment; filename="{number}-3.png"'
    table = await (await clerk.client.get("/console/reports.csv")).text(encoding="utf-8-sig")
    [row] = csv.DictReader(io.StringIO(table))
    assert row["材料件数"] == "2"


@ON_SQLITE
async def test_a_picture_without_its_end_is_shown_with_a_word(program: Program, clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    piece_id = str(rows(program, "evidence")[0]["id"])
    whole = photo_jpeg()
    for data in (whole, whole[:-40]):
        program.acts.transact(evidence.keep, await program.store.clean_and_keep(data, piece_id))
        page = await clerk.opens(first_report(await clerk.opens("/console")))
        assert f"/console/evidence/{piece_id}/small" in page
        assert ("图片下面可能缺一截" in page) == (data != whole)


def test_what_has_no_copy_has_a_name_in_every_language() -> None:
    """Of a recording that is usually played, the general name is enough."""
    documents = set(EXTENSIONS) - set(PHOTOS) - set(RECORDINGS)
    for language in LANGUAGES:
        named = (HERE / language / "web" / "evidence.html").read_text()
        assert not [mime for mime in documents if f'"{mime}": "' not in named]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_file_that_is_taken_is_named_to_whoever_sends_another(program: Program, language: str) -> None:
    said = program.texts[language].say("common", "media_refused").lower()
    programs = {"doc": "word", "xls": "excel", "ppt": "powerpoint"}
    endings = {ending for mime, ending in EXTENSIONS.items() if not mime.startswith(("audio/", "video/", "text/"))}
    names = {programs.get(ending.removesuffix("x"), ending) for ending in endings}
    assert not [name for name in names if name not in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_flaw_is_told_at_the_desk(program: Program, language: str) -> None:
    assert set(program.texts[language].of_page("evidence", "piece_flaw")) == FLAWS


@ON_SQLITE
async def test_what_was_not_understood_is_shown_inert(program: Program, clerk) -> None:
    raw = b'{"message": "<img src=x onerror=alert(1)>\x00\xff\xe2\x80\xae"}' + b"x" * 30_000
    await program.talk.refuse("telegram", "7", None, raw, "DecodeError")
    page = await clerk.opens("/console/quarantine")
    assert "DecodeError" in page
    kept = rows(program, "quarantine")[0]["id"]
    page = await clerk.opens(f"/console/quarantine/{kept}")
    assert ("img src" in page, "DecodeError" in page) == (False, True)
    page = await clerk.sends(f"/console/quarantine/{kept}", purpose=" ")
    assert (clerk.status, "请写明用途" in page, "img src" in page) == (422, True, False)
    assert "quarantine_opened" not in actions(program)
    page = await clerk.sends(f"/console/quarantine/{kept}", purpose="查明原因")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "\\x00" in page
    assert "\\xff" in page
    assert "\\u202e" in page
    assert len(page) < 30_000
    assert actions(program)[-1] == "quarantine_opened"
    assert "查明原因" in str(events(program)[-1]["detail"])
