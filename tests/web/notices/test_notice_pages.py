"""Notices at the desk: written, checked, released, followed, stopped and sent again, as a clerk sees it."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import openpyxl
import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestServer
from pypdf import PdfReader
from sqlalchemy import update

from bot.build import Program
from channels.fake import FakePerson
from models.tables import deliveries
from services import people
from services.people import Grant, Role
from tests.conftest import Clock, copied, rows
from tests.drivers.browsing import browsing
from tests.drivers.console_browser import picture
from tests.media.test_cleaning import old_office
from tests.media.test_pdf import TEXT as SENTENCE
from tests.media.test_pdf import locked, marked, marks
from tests.web.conftest import Browser, application, link, member

TEXT = "各单位请于周五前报送自查材料。"
WAITS = (deliveries.c.urgency == "broadcast") & (deliveries.c.state == "queued")


@pytest.fixture(params=["sqlite"])
def database_url(_sqlite_city: Path, tmp_path: Path) -> str:
    """The pages do not depend on the database; what they call is tested on both."""
    return copied(_sqlite_city, tmp_path)


@pytest.fixture
async def heads(program: Program, person: Callable[..., FakePerson]) -> list[FakePerson]:
    """Three heads of units with a chat account each, beside those of the city who have none."""
    found = []
    for n, unit in enumerate(("gtj", "jtj", "wsj")):
        somebody = person(f"head-{n}")
        await somebody.says("/start")
        contact = somebody.contact_id()
        assert contact
        mine = member(program, f"局长{n}", Grant(Role.HEAD, unit))
        program.acts.transact(people.bind_contact, contact, mine)
        found.append(somebody)
    return found


async def uploads(browser: Browser, path: str, field: str, data: bytes, name: str) -> str:
    form = FormData(quote_fields=False)
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.page)
    assert found
    form.add_field("csrf", found[1])
    form.add_field(field, data, filename=name)
    return await browser._take(await browser.client.post(path, data=form))


async def written(clerk: Browser, **fields: str) -> str:
    await clerk.opens("/console/notices/new")
    assert re.search(r'href="/console/notices">取消</a>', clerk.page), "there is nothing yet that would be changed"
    await clerk.sends("/console/notices", **({"text_zh": TEXT, "role": "head", "acknowledges": "1"} | fields))
    return clerk.path


async def test_a_notice_from_the_first_word_to_the_last_acknowledgement(
    program: Program, clerk: Browser, heads: list[FakePerson], clock: Clock
) -> None:
    place = await written(clerk)
    assert "通知 N20261121-0001" in clerk.page
    assert ">3</strong> 条将会发出" in clerk.page
    assert "18 人联系不上" in clerk.page
    assert "效能办通知 N20261121-0001" in clerk.page, "the preview"
    assert re.search(r"短信 · 中文 · 1 条短信 · 这次不用\s*<", clerk.page)
    await clerk.sends(f"{place}/send", when="now")
    assert clerk.status == 200
    assert "共 3 条，已发出 0 条，已签收 0 条" in clerk.page
    told = heads[0].screen()
    assert TEXT in told.text
    thanks = await heads[0].taps("收到")
    assert "已签收通知 N20261121-0001" in thanks[-1].text
    notice_id = place.rpartition("/")[2]
    assert await heads[0].presses(f"/seen {notice_id}", None) == []
    live = await progress(clerk, place)
    assert "共 3 条，已发出 1 条，已签收 1 条" in live["html"]
    await clerk.opens(place)
    assert "向没有签收的人再发一次" not in clerk.page, "two have yet to go out"
    await clerk.sends(f"{place}/again")
    assert (clerk.status, "还在发送" in clerk.page) == (422, True)
    program.database.transact(lambda tx: tx.execute(update(deliveries).where(WAITS).values(state="sent")))
    live = await progress(clerk, place)
    assert "还有 2 条没有签收" in live["html"]
    assert "已发完" in live["html"]
    assert "停止发送" not in live["html"]
    await clerk.opens(place)
    assert "还有 2 条没有签收" in clerk.page
    assert re.search(r"3 条，\s*已签收 1 条", clerk.page), "the list"
    await clerk.sends(f"{place}/again")
    assert "通知 N20261121-0001-2" in clerk.page
    assert ">2</strong> 条将会发出" in clerk.page
    again = clerk.path
    await clerk.sends(f"{again}/send", when="now")
    assert len([one for one in heads[0].heard() if TEXT in one.text]) == 1
    assert len([one for one in heads[1].heard() if TEXT in one.text]) == 2


async def progress(clerk: Browser, place: str, known: str = "") -> dict[str, str]:
    return await (await clerk.client.get(f"{place}/progress", params={"known": known})).json()


async def test_what_has_not_changed_is_not_drawn_again(
    program: Program, clerk: Browser, heads: list[FakePerson]
) -> None:
    place = await written(clerk)
    await clerk.sends(f"{place}/send", when="now")
    live = await progress(clerk, place)
    assert ("排队" in live["html"], 'data-part="receipts"' in live["html"]) == (True, False), "as long as it goes out"
    assert await progress(clerk, place, live["mark"]) == live | {"html": ""}
    await heads[0].presses(f"/seen {place.rpartition('/')[2]}", None)
    newer = await progress(clerk, place, live["mark"])
    assert "已签收 1 条" in newer["html"]
    program.database.transact(lambda tx: tx.execute(update(deliveries).where(WAITS).values(state="sent")))
    assert "单位和人员的回执（3）" in (await progress(clerk, place, newer["mark"]))["html"]


async def test_a_form_that_arrives_twice_is_one_notice(
    program: Program, clerk: Browser, heads: list[FakePerson]
) -> None:
    page = await clerk.opens("/console/notices/new")
    names = ("csrf", "number")
    hidden = {name: re.findall(f'name="{name}" value="([0-9a-f]+)"', page)[-1] for name in names}
    form = hidden | {"text_zh": TEXT, "role": "head"}
    sent = [clerk.client.post("/console/notices", data=form, allow_redirects=False) for _ in range(3)]
    places = {answer.headers["Location"] for answer in await asyncio.gather(*sent)}
    assert len(places) == len(rows(program, "notices")) == 1
    await clerk.client.post("/console/notices", data=form | {"text_zh": "别的通知。"})
    await clerk.opens("/console/notices/new")
    await clerk.sends("/console/notices", text_zh=TEXT, role="head")
    assert len(rows(program, "notices")) == 3
    place = places.pop()
    await clerk.opens(place)
    await asyncio.gather(*(clerk.client.post(f"{place}/send", data=hidden_of(clerk) | {"when": "now"}) for _ in "12"))
    assert len([row for row in rows(program, "deliveries") if row["notice_id"]]) == 3


def hidden_of(clerk: Browser) -> dict[str, str]:
    return {name: re.findall(rf'name="{name}" value="([0-9a-z.]+)"', clerk.page)[-1] for name in ("csrf", "seen")}


async def test_the_preview_shows_the_channels_that_are_set_up(
    program: Program, clerk: Browser, heads: list[FakePerson]
) -> None:
    place = await written(clerk)
    assert [f"{one} · 中文" in clerk.page for one in ("Telegram", "网页", "短信")] == [True] * 3
    assert "没有开通：" not in clerk.page
    async with TestServer(application(program, ways=frozenset(("web",)))) as server:
        other = Browser(browsing(server))
        await other.sends("/in", code=link(program, member(program, "赵二", Grant(Role.CLERK, None))))
        await other.opens(place)
        assert [f"{one} · 中文" in other.page for one in ("Telegram", "网页", "短信")] == [False, True, False]
        assert "Telegram 没有开通：" in other.page
        assert other.page.count("短信没有开通：") == 2, "in the preview and beside the list of numbers"
        assert "短信没有开通：" in await other.opens("/console/notices/new")
        await other.client.close()


async def test_a_time_beside_now_is_refused_and_nobody_gets_anything(
    program: Program, clerk: Browser, browser: Callable[[], Awaitable[Browser]], heads: list[FakePerson]
) -> None:
    place = await written(clerk)
    await clerk.sends(f"{place}/send", when="now", send_at="2026-11-24T18:00")
    assert (clerk.status, 'id="wrong-send_at"' in clerk.page) == (422, True)
    assert "又选了「现在」" in clerk.page
    assert 'value="2026-11-24T18:00"' in clerk.page
    assert not [row for row in rows(program, "deliveries") if row["urgency"] == "broadcast"]
    await uploads(clerk, f"{place}/list", "list", "\n".join(f"1380013{n:04d}" for n in range(201)).encode(), "n.txt")
    await clerk.sends(f"{place}/send", when="later", send_at="2026-11-24T18:00")
    second = await browser()
    await second.sends("/in", code=link(program, member(program, "赵二", Grant(Role.CLERK, None))))
    await second.opens(place)
    await second.sends(f"{place}/release", when="now", send_at="2026-11-24T18:00")
    assert (second.status, "又选了「现在」" in second.page) == (422, True)
    assert (await progress(clerk, place))["state"] == "waiting"
    await second.sends(f"{place}/release", when="now", send_at="")
    assert (await progress(clerk, place))["state"] == "released"


async def test_the_receipts_are_downloaded_as_a_table_by_clerks_only(
    program: Program, clerk: Browser, browser: Callable[[], Awaitable[Browser]], heads: list[FakePerson]
) -> None:
    other = await written(clerk, unit="jtj")
    await clerk.sends(f"{other}/send", when="now")
    place = await written(clerk, unit="gtj")
    await clerk.sends(f"{place}/send", when="now")
    await heads[0].presses(f"/seen {place.rpartition('/')[2]}", None)
    await clerk.opens(place)
    assert f'href="{place}/receipts.xlsx"' in clerk.page
    table = await clerk.client.get(f"{place}/receipts.csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="N20261121-0002.csv"'
    heading, *lines = (await table.text(encoding="utf-8-sig")).splitlines()
    assert heading.startswith("编号,单位")
    assert [line.split(",")[:4] for line in lines] == [["N20261121-0002", "市国土局", "", "单位负责人"]]
    assert "2026-11-21" in lines[0].rpartition(",")[2], "when it was acknowledged"
    sheet = await clerk.client.get(f"{place}/receipts.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(await sheet.read()))
    assert [row[0] for row in book.worksheets[0].iter_rows(values_only=True)] == ["编号", "N20261121-0002"]
    stranger = await browser()
    await stranger.opens(f"{place}/receipts.csv")
    assert (stranger.status, "市国土局" in stranger.page) == (401, False)


async def test_what_lies_in_the_web_chat_has_not_gone_out(
    program: Program, clerk: Browser, heads: list[FakePerson], person: Callable[..., FakePerson]
) -> None:
    page = person("web-1", channel="web")
    await page.says("/start")
    contact = page.contact_id()
    assert contact
    program.acts.transact(people.bind_contact, contact, member(program, "局长九", Grant(Role.HEAD, "gtj")))
    place = await written(clerk, unit="gtj")
    await clerk.sends(f"{place}/send", when="now")
    assert "共 2 条，已发出 0 条，待对方打开网页 1 条，已签收 0 条" in clerk.page


async def test_whoever_did_not_get_it_cannot_acknowledge_it(
    program: Program, clerk: Browser, heads: list[FakePerson], citizen: FakePerson
) -> None:
    place = await written(clerk, unit="gtj")
    await clerk.sends(f"{place}/send", when="now")
    await citizen.says("/start")
    unknown = await citizen.says("/nosuchthing")
    assert [one.text for one in await citizen.says(f"/seen {place.rpartition('/')[2]}")] == [
        one.text for one in unknown
    ]


async def test_what_is_missing_is_refused_beside_the_field(clerk: Browser, heads: list[FakePerson]) -> None:
    await written(clerk, text_zh="请{{姓名}}于周五前到会。")
    assert clerk.status == 422
    assert "还有没填的空「{{姓名}}」" in clerk.page
    assert "请{{姓名}}于周五前到会。" in clerk.page, "what was typed is kept"
    await written(clerk, text_zh="好")
    assert "至少 2 个字" in clerk.page
    await clerk.opens("/console/notices/new")
    await clerk.sends("/console/notices", text_zh=TEXT)
    place = clerk.path
    assert "没有人会收到" in clerk.page
    assert "先在上面「发给谁」里选收件人，或上传号码名单，再来发出。" in clerk.page
    assert f'action="{place}/send"' not in clerk.page
    await clerk.sends(f"{place}/send", when="now")
    assert clerk.status == 422
    assert 'id="wrong-audience"' in clerk.page
    await uploads(clerk, f"{place}/list", "list", b"13800138000", "numbers.txt")
    assert "再来发出" not in clerk.page
    assert "发出 1 条</button>" in clerk.page
    place = await written(clerk)
    await clerk.sends(f"{place}/send", when="later", send_at="2026-11-20T09:00")
    assert (clerk.status, "这个时间已经过了" in clerk.page) == (422, True)
    assert 'value="2026-11-20T09:00"' in clerk.page
    for far in ("2062-11-24T18:00", "9999-12-31T23:59"):
        await clerk.sends(f"{place}/send", when="later", send_at=far)
        assert (clerk.status, "年份可能写错了" in clerk.page) == (422, True)
    await clerk.sends(f"{place}/send", when="later", send_at="")
    assert "请填写发出的日期和时间" in clerk.page


async def test_a_second_clerk_releases_what_goes_to_many(
    program: Program, clerk: Browser, browser: Callable[[], Awaitable[Browser]], heads: list[FakePerson]
) -> None:
    numbers = "\n".join(f"1380013{n:04d}" for n in range(201))
    place = await written(clerk)
    await uploads(clerk, f"{place}/list", "list", numbers.encode(), "numbers.txt")
    assert ">204</strong> 条将会发出" in clerk.page
    assert "交另一位同事发出" in clerk.page
    await clerk.sends(f"{place}/send", when="now")
    assert "要由另一位同事发出" in clerk.page
    await clerk.sends(f"{place}/release", when="now")
    assert (clerk.status, "您写的通知要由另一位同事发出" in clerk.page) == (422, True)
    assert not [row for row in rows(program, "deliveries") if row["urgency"] == "broadcast"]
    second = await browser()
    await second.sends("/in", code=link(program, member(program, "赵二", Grant(Role.CLERK, None))))
    waits = re.compile(r">通知 <span class=\"tag soon tabular\">1<")
    assert waits.search(await second.opens("/console"))
    assert not waits.search(await clerk.opens("/console")), "whoever wrote it cannot send it"
    await second.opens(place)
    await second.sends(f"{place}/release", when="now")
    assert not waits.search(second.page)
    assert "共 204 条" in second.page
    assert len([row for row in rows(program, "deliveries") if row["notice_id"]]) == 204


async def test_kinds_of_unit_that_nobody_is_registered_with_say_so(clerk: Browser, program: Program) -> None:
    page = await clerk.opens("/console/notices/new")
    said = re.findall(r'name="kind" value="(\w+)"[^>]*>([^<]*)(<span class="hint">没有登记的人)?', page)
    empty = {kind for kind, _, hint in said if hint}
    assert "window" in empty
    assert "bureau" not in empty
    member(program, "窗口主任", Grant(Role.HEAD, next(one.id for one in program.units.units if one.kind == "window")))
    page = await clerk.opens("/console/notices/new")
    assert not re.search(r'value="window"[^>]*>[^<]*<span class="hint">', page)


async def test_two_clerks_who_change_a_notice_see_what_the_other_wrote(
    clerk: Browser, program: Program, browser: Callable[[], Awaitable[Browser]], heads: list[FakePerson]
) -> None:
    place = await written(clerk)
    second = await browser()
    await second.sends("/in", code=link(program, member(program, "赵二", Grant(Role.CLERK, None))))
    await second.opens(f"{place}/edit")
    await clerk.opens(f"{place}/edit")
    await clerk.sends(f"{place}/edit", text_zh="改到周四前报送。", role="head")
    await second.sends(f"{place}/edit", text_zh="改到周三前报送。", role="head")
    assert (second.status, "刚才变过" in second.page) == (409, True)
    assert re.search(r'id="now">.*改到周四前报送。.*</section>.*改到周三前报送。</textarea>', second.page, re.DOTALL)
    await clerk.sends(f"{place}/send", when="now")
    await second.sends(f"{place}/edit", text_zh="改到周三前报送。", role="head")
    assert (second.status, "刚才变过" in second.page) == (409, True)
    assert re.search(r"您写的话.*改到周三前报送。</textarea>", second.page, re.DOTALL), "nobody has to write it again"
    assert "改到周四前报送。" in heads[0].screen().text


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
    await uploads(clerk, f"{place}/files", "file", old_office("WordDocument"), "旧文件.doc")
    assert (clerk.status, "不能另存干净的一份" in clerk.page) == (422, True)
    await clerk.sends(f"{place}/send", when="now")
    text = next(row for row in rows(program, "evidence") if row["kind"] == "file")
    got = await clerk.client.get(f"{place}/file/{text['id']}")
    assert await got.read() == "会议安排\n周五九点".encode()
    assert [row["subject_id"] for row in rows(program, "evidence")] == [place.rpartition("/")[2]] * 2


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


async def test_a_scheduled_notice_waits_and_can_be_stopped(
    program: Program, clerk: Browser, heads: list[FakePerson], clock: Clock
) -> None:
    place = await written(clerk)
    await clerk.sends(f"{place}/send", when="later", send_at="2026-11-23T09:00")
    assert "定于 11月23日 周一 09:00 发出" in clerk.page
    assert re.search(r"定时 <bdi>钱一</bdi> · 11月23日 周一 09:00 发出", clerk.page)
    assert heads[0].heard()[-1].text.find(TEXT) < 0
    await clerk.sends(f"{place}/abort")
    assert "停止发送" in clerk.page
    assert "原定 11月23日 周一 09:00 发出" in clerk.page
    assert "停下的 3 条没有发" in clerk.page
    clock.passes(days=3)
    assert all(TEXT not in one.text for one in heads[0].heard())
    assert {row["state"] for row in rows(program, "deliveries") if row["notice_id"]} == {"aborted"}


async def test_the_preview_tells_into_how_many_parts_a_text_message_goes(clerk: Browser) -> None:
    """Of Chinese, 67 characters go into one part; longer than four of them, it is several messages."""
    await written(clerk, text_zh="办" * 100)
    assert "短信 · 中文 · 1 条短信，拆成 2 段" in clerk.page
    await written(clerk, text_zh="办" * 300)
    assert "短信 · 中文 · 2 条短信，拆成 6 段" in clerk.page
