"""What a clerk uploads to a notice: lists of numbers, pictures and files that go out as clean copies."""

from __future__ import annotations

import errno
import io
import os

import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader

from bot.build import Program
from channels.fake import FakePerson
from services.evidence import MB
from tests.conftest import rows
from tests.drivers.console_browser import picture
from tests.drivers.media_samples import old_office, saved
from tests.drivers.notice_pages import TEXT, uploads, written
from tests.drivers.pdf_samples import TEXT as SENTENCE
from tests.drivers.pdf_samples import locked, marked, marks
from tests.web.conftest import Browser


async def test_a_number_that_is_none_is_told_with_its_line_and_the_rest_is_kept(clerk: Browser) -> None:
    await clerk.opens("/console/notices/new")
    await clerk.sends("/console/notices", text_zh=TEXT)
    place = clerk.path
    table = "姓名，电话\n张三，138 0013 8000\n李四，12345\n王五，+86 139-0013-9000\n张三,13800138000\n"
    await uploads(clerk, f"{place}/list", "list", table.encode("gb18030"), "numbers.csv")
    assert "已加入 2 个号码，重复的 1 个只算一次" in clerk.page
    assert "第 3 行：" in clerk.page
    book = openpyxl.Workbook()
    for value in (13700137000, "not a number 5", None, "13800138000"):
        book.worksheets[0].append([value])
    out = io.BytesIO()
    book.save(out)
    await uploads(clerk, f"{place}/list", "list", out.getvalue(), "numbers.xlsx")
    assert "第 2 行：" in clerk.page
    assert "3 个号码" in clerk.page
    await uploads(clerk, f"{place}/list", "list", b"\x00\x01\xff", "numbers.xlsx")
    assert "读不出来" in clerk.page
    await clerk.sends(f"{place}/list/remove")
    assert "没有人会收到" in clerk.page


async def test_pictures_and_files_go_out_as_clean_copies(
    program: Program, clerk: Browser, heads: list[FakePerson]
) -> None:
    place = await written(clerk)
    await uploads(clerk, f"{place}/files", "file", picture(1), "现场.jpg")
    await uploads(clerk, f"{place}/files", "file", "会议安排\r\n周五九点".encode("gb18030"), "安排.txt")
    assert "安排.txt" in clerk.page
    assert "结尾不完整" not in clerk.page
    await uploads(clerk, f"{place}/files", "file", old_office("WordDocument"), "旧文件.doc")
    assert (clerk.status, "不能另存干净的一份" in clerk.page) == (422, True)
    await clerk.sends(f"{place}/send", when="now")
    text = next(row for row in rows(program, "evidence") if row["kind"] == "file")
    got = await clerk.client.get(f"{place}/file/{text['id']}")
    assert await got.read() == "会议安排\n周五九点".encode()
    assert [row["subject_id"] for row in rows(program, "evidence")] == [place.rpartition("/")[2]] * 2


async def test_the_clerk_is_told_what_the_copy_of_a_picture_lacks(program: Program, clerk: Browser) -> None:
    place = await written(clerk)
    await uploads(clerk, f"{place}/files", "file", picture(1)[:-20], "现场.jpg")
    assert "结尾不完整" in clerk.page
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    await uploads(
        clerk, f"{place}/files", "file", saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "1.tif"
    )
    assert "收到的人只看得到第一页" in clerk.page
    await uploads(clerk, f"{place}/files", "file", picture(1)[:200], "坏图.jpg")
    assert (clerk.status, "打不开，没有添加" in clerk.page) == (422, True)
    assert len(rows(program, "evidence")) == 2


async def test_a_pdf_goes_out_under_its_name_and_a_locked_one_is_told(program: Program, clerk: Browser) -> None:
    place = await written(clerk)
    await uploads(clerk, f"{place}/files", "file", marked(), "停水通知.v2.pdf")
    assert (clerk.status, "停水通知.v2.pdf" in clerk.page) == (200, True)
    [piece] = rows(program, "evidence")
    copy = await (await clerk.client.get(f"{place}/file/{piece['id']}")).read()
    assert marks(copy) == []
    assert PdfReader(io.BytesIO(copy)).pages[0].extract_text().strip() == SENTENCE
    await uploads(clerk, f"{place}/files", "file", locked("secret", "secret"), "密件.pdf")
    assert (clerk.status, "有密码或限制了权限" in clerk.page) == (422, True)
    assert len(rows(program, "evidence")) == 1


async def test_where_the_disk_is_short_no_file_and_no_list_is_taken_and_words_are(
    program: Program, clerk: Browser, heads: list[FakePerson], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await written(clerk)
    wanted = program.store.room.limits.free_mb * MB
    monkeypatch.setattr(program.store.room, "free", lambda: wanted - 1)
    for path, name in ((f"{place}/files", "file"), (f"{place}/list", "list"), ("/console/calendar/notice", "file")):
        await uploads(clerk, path, name, b"13800138000", "numbers.csv")
        assert (clerk.status, "现在不收文件" in clerk.page) == (503, True), path
    assert rows(program, "evidence") == []
    assert "13800138000" not in await clerk.opens(place)
    await clerk.sends(f"{place}/send", when="now")
    assert clerk.status == 200
    monkeypatch.setattr(program.store.room, "free", lambda: wanted)
    await uploads(clerk, f"{await written(clerk)}/files", "file", picture(1), "现场.jpg")
    assert len(rows(program, "evidence")) == 1


async def test_a_disk_that_is_full_at_last_is_told_as_one(
    program: Program, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await written(clerk)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(os, "write", full)
    await uploads(clerk, f"{place}/files", "file", picture(1), "现场.jpg")
    assert (clerk.status, "现在不收文件" in clerk.page) == (503, True)
