"""Notices at the desk: released, followed, stopped and sent again, as a clerk sees it."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import openpyxl
from sqlalchemy import Connection, func, select, update

from bot.build import Program
from channels.fake import FakePerson
from models.tables import deliveries
from services import people
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.notice_pages import TEXT, WAITS, progress, uploads, written
from tests.web.conftest import Browser, link, member


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
    assert "停止人：<bdi>钱一</bdi>" in clerk.page
    assert "再发给没有收到的 3 人" in clerk.page
    place = clerk.path
    await clerk.sends(f"{place}/rest")
    assert ("通知 N20261121-0001-2" in clerk.page, ">3</strong> 条将会发出" in clerk.page) == (True, True)
    assert "上次没有收到、或者不知道收到没有的人" in clerk.page
    clock.passes(days=3)
    assert all(TEXT not in one.text for one in heads[0].heard())
    assert {row["state"] for row in rows(program, "deliveries") if row["notice_id"]} == {"aborted"}


async def test_whom_a_crash_left_in_doubt_gets_it_again_by_one_button(
    program: Program, clerk: Browser, heads: list[FakePerson]
) -> None:
    place = await written(clerk, acknowledges="")
    await clerk.sends(f"{place}/send", when="now")
    mine = deliveries.c.notice_id.is_not(None)
    first = select(func.min(deliveries.c.id)).where(mine).scalar_subquery()

    def crashed(tx: Connection) -> None:
        tx.execute(update(deliveries).where(mine).values(state="sent"))
        tx.execute(update(deliveries).where(deliveries.c.id == first).values(state="uncertain", error="crash"))

    program.database.transact(crashed)
    await clerk.opens(place)
    assert "再发给不知道收到没有的 1 人" in clerk.page
    assert "其中有人可能收到两遍" in clerk.page
    await clerk.sends(f"{place}/rest")
    assert ">1</strong> 条将会发出" in clerk.page
    again = clerk.path
    assert f'最初的一份 <a href="{place}">N20261121-0001</a>' in clerk.page
    assert f'发给没有收到的人 <a href="{again}">N20261121-0001-2</a>' in await clerk.opens(place)


async def test_at_night_the_clerk_says_what_becomes_of_text_messages(
    program: Program, browser: Callable[[], Awaitable[Browser]], clerk_id: str, clock: Clock
) -> None:
    person_id = member(program, "局长", Grant(Role.HEAD, "gtj"))
    program.acts.transact(people.set_number, person_id, "13800138000")
    clock.passes(hours=8)  # Saturday, 23:00
    clerk = await browser()
    await clerk.sends("/in", code=link(program, clerk_id))
    place = await written(clerk, sms="1")
    assert "等到 11月22日 周日 08:00 再发短信" in clerk.page
    await clerk.sends(f"{place}/send", when="now")
    assert (clerk.status, "请选短信现在发，还是等到早上" in clerk.page) == (422, True)
    assert re.search(r'role="alert" id="wrong-sms"', clerk.page)
    await clerk.sends(f"{place}/send", when="now", sms="wait")
    assert "11月22日 周日 08:00" in clerk.page
    assert clerk.page.count(">短信等到早上</span>") == 2, "in the list, and on its own page"
    assert "短信等到早上" in await (await clerk.client.get("/console/notices.csv")).text(encoding="utf-8-sig")
    [row] = [row for row in rows(program, "deliveries") if row["notice_id"]]
    assert (row["channel"], row["due_at"]) == ("sms", clock().replace(minute=0) + timedelta(hours=9))
