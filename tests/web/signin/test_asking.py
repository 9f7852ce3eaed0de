"""A link on request: at the door, and from a chat that is bound."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestServer

from bot.build import Program
from bot.serve import assemble
from channels.fake import FakePerson
from services import people
from services.people import Grant, Role
from tests.channels.sms.test_sms_settings import ALIYUN, KANNEL
from tests.conftest import events, rows
from tests.drivers.browsing import browsing
from tests.web.conftest import Browser, link, member
from web.signin import door

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
ADDRESS = re.compile(r"/in/([0-9A-Z-]{19})")


async def test_a_link_comes_to_the_chat_that_is_bound(program: Program, browser, person) -> None:
    clerk_id = member(program, "钱一", Grant(Role.CLERK, None))
    phone = person("clerk")
    await phone.says(f"/link {link(program, clerk_id)}")
    mine = await browser()
    await mine.opens("/in")
    page = await mine.sends("/in/link", who="钱 一")
    assert "如果这个人登记过" in page
    [code] = ADDRESS.findall(phone.screen().text)
    assert "10 分钟" in phone.screen().text
    await mine.sends("/in", code=code)
    assert mine.path == "/console/today"
    other = await browser()
    await other.sends("/in", code=code)
    assert other.status == 403


@ON_SQLITE
async def test_a_stranger_learns_nothing(program: Program, browser, person) -> None:
    clerk_id = member(program, "钱一", Grant(Role.CLERK, None))
    member(program, "李四", Grant(Role.CLERK, None))
    member(program, "李四", Grant(Role.CLERK, None))
    phone = person("clerk")
    await phone.says(f"/link {link(program, clerk_id)}")
    mine = await browser()
    pages = {await mine.sends("/in/link", who=who) for who in ("钱一", "没有", "13800138000", "李四")}
    assert len(pages) == 1
    assert [row["action"] for row in events(program)].count("link_asked") == 1


@ON_SQLITE
async def test_nobody_is_flooded(program: Program, browser, person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ASKED_SECONDS", 0)  # each answer's even time is not what is tried
    clerk_id = member(program, "钱一", Grant(Role.CLERK, None))
    phone, mine = person("clerk"), await browser()
    await phone.says(f"/link {link(program, clerk_id)}")
    pages = [await mine.sends("/in/link", who="钱一") for _ in range(5)]
    assert len(set(pages)) == 1
    assert [row["action"] for row in events(program)].count("link_asked") == 3
    for _ in range(15):
        await mine.sends("/in/link", who="没有")
    page = await mine.sends("/in/link", who="钱一")
    assert (mine.status, "要链接的次数太多" in page) == (429, True)


@ON_SQLITE
async def test_without_a_chat_it_goes_to_the_phone(program: Program, browser) -> None:
    head = member(program, "周三", Grant(Role.DEPUTY, "gtj"))
    program.acts.transact(people.set_phone, head, "13800138000")
    await (await browser()).sends("/in/link", who="138 0013 8000")
    assert [row["channel"] for row in rows(program, "deliveries")] == ["sms"]


@ON_SQLITE
async def test_the_button_of_the_chat_gives_a_link_to_the_page(program: Program, browser, person) -> None:
    head = member(program, "周三", Grant(Role.DEPUTY, "gtj"))
    phone: FakePerson = person("head")
    await phone.says(f"/link {link(program, head)}")
    await phone.taps("/signin")
    [code] = ADDRESS.findall(phone.screen().text)
    mine: Browser = await browser()
    await mine.sends("/in", code=code)
    assert mine.path == "/unit"
    assert "还没有设置下次怎么登录" in mine.page
    for _ in range(3):
        await phone.says("登录")
    assert "请过 20 分钟再要" in phone.screen().text


@ON_SQLITE
async def test_a_stranger_has_no_such_command(citizen: FakePerson) -> None:
    await citizen.says("/menu")
    assert "登录网页" not in str(citizen.screen().rows)
    await citizen.says("/signin")
    assert "没有这个命令" in citizen.screen().text or "/in/" not in citizen.screen().text


@ON_SQLITE
@pytest.mark.parametrize(("carrier", "sent"), [(KANNEL, ["sms"]), (ALIYUN, [])], ids=["Kannel", "Aliyun"])
async def test_no_link_is_sent_where_it_would_not_arrive(make_program, carrier, sent: list[str]) -> None:
    """Aliyun's templates allow no address: such a message would say nothing, and the page tells of other ways."""
    program = make_program(**carrier)
    head = member(program, "周三", Grant(Role.DEPUTY, "gtj"))
    program.acts.transact(people.set_phone, head, "13800138000")
    async with browsing(TestServer(assemble(program, work=False).app)) as client:
        page = await Browser(client).sends("/in/link", who="13800138000")
    assert "也可以请效能办的同事给您一个新链接" in page
    assert [row["channel"] for row in rows(program, "deliveries")] == sent
