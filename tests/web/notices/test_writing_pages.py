"""Notices at the desk before they go: written, checked, previewed, changed by two."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from aiohttp.test_utils import TestServer

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.browsing import browsing
from tests.drivers.notice_pages import TEXT, uploads, written
from tests.web.conftest import Browser, application, link, member


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
    page = await clerk.sends("/console/notices", text_zh=TEXT, role="head")
    place = places.pop()
    assert (clerk.path, len(rows(program, "notices"))) == (f"{place}?done=same_draft", 2), (
        "one that was opened anew leads to what is there"
    )
    assert "就是这一条，没有另建" in page
    for other in ({"role": "liaison"}, {"role": "head", "acknowledges": "1"}):
        await clerk.opens("/console/notices/new")
        assert "没有另建" not in await clerk.sends("/console/notices", text_zh=TEXT, **other)
    assert len(rows(program, "notices")) == 4
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


async def test_the_preview_tells_into_how_many_parts_a_text_message_goes(clerk: Browser) -> None:
    """Of Chinese, 67 characters go into one part; longer than four of them, it is several messages."""
    await written(clerk, text_zh="办" * 100)
    assert "短信 · 中文 · 1 条短信，拆成 2 段" in clerk.page
    await written(clerk, text_zh="办" * 300)
    assert "短信 · 中文 · 2 条短信，拆成 6 段" in clerk.page
