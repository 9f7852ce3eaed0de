"""A story full of marks: a complaint and a visit, handed to a unit, reminded, answered, accepted, and a notice.

Every identity field of everybody in it holds a mark that stands nowhere else.
"""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import FormData
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import select

from bot.build import Program
from channels.sms.carrier import Refused, Taken
from channels.sms.console import Console
from channels.sms.forms import Form
from channels.sms.intake import CHANNEL as SMS
from models.tables import grants
from scheduler.jobs import jobs
from services.people import Grant, Role
from tests.botapi import User
from tests.conftest import Clock, rows
from tests.drivers.browsing import browsing
from tests.drivers.handset import Handset, Network, Recorder, network
from tests.drivers.serving import Served, serving
from tests.web.conftest import Browser, application, link, member

ZONE = ZoneInfo("Asia/Shanghai")
UNIT, OTHER_UNIT = "gtj", "jtj"
CITIZEN, VISITOR, HEAD_1, DEPUTY_1, HEAD_2 = range(7_700_417_001, 7_700_417_006)  # chat ids
LISTED = "+8613607973333"  # in the list of a notice, and nowhere else
WORDS = "等了两个小时没有人理"  # the citizen's own

OF_CITIZEN = {
    "account": str(CITIZEN),
    "profile name": "MARKprofile",
    "user name": "markusername",
    "name": "MARK王小明",
    "phone": "13807974171",
    "file name": "MARKfile",
    "photo metadata": "MARKexif",
    "hostile update": "MARKhostile",
}
OF_VISITOR = {
    "visitor's account": str(VISITOR),
    "supervisor's name": "MARK柏青松",
    "place, latitude": "25.8319471",
    "place, longitude": "114.9329471",
}
OF_UNIT = {
    "head's account": str(HEAD_1),
    "head's profile": "MARKheadprofile",
    "head's name": "MARK局长赵",
    "head's phone": "13907972222",
    "head's file name": "MARKanswer",
    "deputy's account": str(DEPUTY_1),
    "other head's account": str(HEAD_2),
    "other head's name": "MARK局长孙",
}
OF_LIST = {"listed phone": LISTED.removeprefix("+86"), "listed name": "MARK李四", "name of the list": "MARKnumbers"}
MARKS = OF_CITIZEN | OF_VISITOR | OF_UNIT | OF_LIST
# What a unit must not hear beside the marks: the citizen's words, when it was, and the office's word to the citizen.
TO_NO_UNIT = {
    "own words": "两个小时",
    "word to the citizen": "感谢反映",
    "the hour": "15:00",
    "the hour in words": "下午三点",
    "the day": "11月20日",
}


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


def marked_photo(colour: tuple[int, int, int] = (10, 90, 160)) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (80, 60), colour)
    exif = image.getexif()
    exif[0x013B] = exif[0x010E] = "MARKexif"
    image.save(out, "JPEG", exif=exif, comment=b"MARKexif")
    return out.getvalue() + b"MARKexif"


def told(user: User) -> str:
    """Everything that the bot has sent to somebody, as it went over the wire, without whose chat it is."""
    records = [record for record in user.chat.records.values() if record.from_bot]
    sent = [({k: v for k, v in one.message.items() if k != "chat"}, one.markup, one.earlier) for one in records]
    return json.dumps([sent, user.notices], ensure_ascii=False, default=str)


class Terminal(Recorder):
    """The carrier of the demo, whose messages can be read again."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console()

    async def send(self, to: str, text: str, ref: str, form: Form | None = None) -> Taken | Refused:
        await self._console.send(to, text, ref)
        return await super().send(to, text, ref)


@dataclass
class Story:
    """What has happened, and who can be asked about it."""

    served: Served
    clock: Clock
    network: Network
    server: TestServer
    clerk_id: str
    obligation: str = ""  # its page
    notice: str = ""  # its page
    log: io.StringIO = field(default_factory=io.StringIO)
    out: io.StringIO = field(default_factory=io.StringIO)

    @property
    def program(self) -> Program:
        return self.served.program

    def user(self, id: int) -> User:
        return self.served.api.user(id)

    @property
    def texted(self) -> list[tuple[str, str]]:
        """(number, text) of every SMS."""
        return [(to, text) for to, text, _ in self.network.recorder.sent]

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Browser]:
        """The clerk's browser, just signed in."""
        client = browsing(self.server)
        browser = Browser(client)
        try:
            await browser.sends("/in", code=link(self.program, self.clerk_id))
            assert browser.path == "/console/today"
            await browser.opens("/console")
            yield browser
        finally:
            await client.session.close()

    async def reaches(self, moment: str) -> None:
        """The time comes, and what is due by then goes out."""
        program = self.program
        self.clock.now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
        due = jobs(program.acts, program.store, sms=True)
        for job in due:
            await job.run()
        await self.settled()

    async def settled(self) -> None:
        """Everything that is due has left, and every piece is kept."""
        await self.served.api.drained()
        await self.served.until(lambda: all(row["state"] == "kept" for row in rows(self.program, "evidence")))
        await self.served.until(lambda: not self._waiting())

    def _waiting(self) -> Collection[object]:
        self.program.bells.ring([(SMS, "")])
        return {str(row["state"]) for row in rows(self.program, "deliveries")} & {"queued", "sending"}


@asynccontextmanager
async def telling(program: Program, clock: Clock) -> AsyncIterator[Story]:
    """The story up to its end; everything runs on until it is closed."""
    server = TestServer(application(program))
    await server.start_server()
    clerk_id = member(program, "钱一", Grant(Role.CLERK, None))
    try:
        async with serving(program) as served, network(program, recorder=Terminal()) as wire:
            story = Story(served, clock, wire, server, clerk_id)
            for happens in (reported, handed_over, reminded, answered, announced):
                await happens(story)
            yield story
    finally:
        await server.close()


# --- what happens ---


async def reported(story: Story) -> None:
    """A named complaint, a spot check, and an update that cannot be understood."""
    served = story.served
    supervisor = member(story.program, "MARK柏青松", *[Grant(Role.SUPERVISOR, unit) for unit in (UNIT, "gaj")])
    await complain(served)
    await visit(served, link(story.program, supervisor))
    served.api.deliver_raw({"update_id": 99_000_001, "message": {"text": ["MARKhostile"], "chat": {"id": CITIZEN}}})
    await served.until(lambda: rows(story.program, "quarantine"))
    await story.settled()


async def complain(served: Served) -> None:
    citizen = served.api.user(CITIZEN, first_name="MARKprofile", username="markusername")
    for said in ("/start", "/complain", "市国土局·办证窗口", "态度不好", WORDS, "跳过", "昨天下午三点"):
        await citizen.says(said)
    await citizen.sends_document(marked_photo(), "MARKfile.jpg", "image/jpeg")
    for said in ("完成", "2", "MARK王小明", "138 0797 4171", "提交"):
        await citizen.says(said)
    await served.until(lambda: rows(served.program, "cases"))


async def visit(served: Served, code: str) -> None:
    supervisor = served.api.user(VISITOR, first_name="MARKprofile")
    for said in (f"/start k-{code}", "/check", "市国土局", "跳过", "作风巡查", *["完成"] * 5):
        await supervisor.says(said)
    await supervisor.sends_photo(marked_photo())
    for said in ("完成", "25"):
        await supervisor.says(said)
    await supervisor.sends_location(25.8319471, 114.9329471)
    for said in ("跳过", "提交"):
        await supervisor.says(said)
    await served.until(lambda: rows(served.program, "visits"))


async def handed_over(story: Story) -> None:
    """On Monday, by the clerk's browser. Head, deputy and the head of another unit are there by then."""
    program, served = story.program, story.served
    await story.reaches("2026-11-23 09:10")
    head = member(program, "MARK局长赵", Grant(Role.HEAD, UNIT))
    await arrives(served, HEAD_1, head, first_name="MARKheadprofile")
    await arrives(served, DEPUTY_1, holder(program, Role.DEPUTY))
    await arrives(served, HEAD_2, member(program, "MARK局长孙", Grant(Role.HEAD, OTHER_UNIT)))
    [case] = rows(program, "cases")
    async with story.desk() as clerk:
        await clerk.opens("/console/people")
        await clerk.sends(f"/console/people/{head}/phone", phone="139 0797 2222")
        await clerk.opens(f"/console/report/{case['id']}")
        asked = "请核实窗口值守情况，书面说明处理结果。"
        page = await clerk.sends(
            f"/console/report/{case['id']}/hand", unit=UNIT, kind="complaint", text=asked, days="3", date=""
        )
    linked = re.search(r'href="(/console/duty/[0-9a-f]{20})', page)
    assert linked, page
    story.obligation = linked[1]
    await story.settled()
    assert asked in story.user(HEAD_1).screen().text


async def arrives(served: Served, id: int, person_id: str, first_name: str = "Lin") -> None:
    """Whoever this is comes in by the one-time link."""
    user = served.api.user(id, first_name=first_name)
    await user.says(f"/start k-{link(served.program, person_id)}")
    await served.until(lambda: any(row["person_id"] == person_id for row in rows(served.program, "contacts")))


def holder(program: Program, role: str) -> str:
    held = grants.c.role == role, grants.c.unit_id == UNIT
    return program.database.look(lambda tx: tx.execute(select(grants.c.person_id).where(*held)).scalar_one())


async def reminded(story: Story) -> None:
    """Nobody says anything: by SMS after four hours, to the deputy after a day."""
    await story.reaches("2026-11-23 13:20")
    await story.reaches("2026-11-24 09:20")
    await story.reaches("2026-11-25 08:40")
    texts = [text for to, text in story.texted if to == "+8613907972222"]
    assert texts
    assert "D20261123-0001" in texts[0]
    assert "负责人还没有签收" in story.user(DEPUTY_1).screen().text


async def answered(story: Story) -> None:
    """The head reads and answers, with a photo that is one and one that has a name; the office accepts."""
    head, obligation_id = story.user(HEAD_1), story.obligation[-20:]
    for said, seen in (
        ("/duties", "D20261123-0001"),
        (f"/duty {obligation_id}", "要求："),
        (f"/acknowledge {obligation_id}", "已签收"),
        (f"/answer {obligation_id}", "答复 D20261123-0001"),
    ):
        await head.says(said)
        await head.waits_for(seen)
    await head.says("经办人已当面致歉")
    await head.sends_photo(marked_photo((120, 20, 20)))
    await head.sends_document(marked_photo((20, 120, 20)), "MARKanswer.jpg", "image/jpeg")
    for said in ("完成", "提交"):
        await head.says(said)
    await head.waits_for("答复已交效能办")
    await story.settled()
    async with story.desk() as clerk:
        await clerk.opens(story.obligation)
        page = await clerk.sends(f"{story.obligation}/accept", text="已核实，单位当面致歉，感谢反映。")
        assert "已办结" in page
    await story.settled()
    assert "感谢反映" in story.user(CITIZEN).screen().text
    assert "答复已通过" in head.screen().text


async def announced(story: Story) -> None:
    """To all heads and to a list of numbers, with a picture; acknowledged in the chat and by SMS."""
    async with story.desk() as clerk:
        await clerk.opens("/console/notices/new")
        text = "请各单位周五前报送自查材料。"
        await clerk.sends("/console/notices", text_zh=text, text_en="", role="head", acknowledges="1", sms="1")
        story.notice = clerk.path
        await uploads(clerk, f"{story.notice}/files", "file", marked_photo((20, 20, 120)), "MARKfile.jpg")
        listed = f"姓名,手机\nMARK李四,{LISTED.removeprefix('+86')}\n".encode()
        await uploads(clerk, f"{story.notice}/list", "list", listed, "MARKnumbers.csv")
        await clerk.opens(story.notice)
        await clerk.sends(f"{story.notice}/send", when="now")
        assert clerk.status == 200
    await story.reaches("2026-11-25 08:50")
    head = story.user(HEAD_1)
    assert text in head.screen().text
    await head.taps("收到")
    await head.waits_for("已签收通知")
    listed_phone = Handset(story.network, LISTED)
    assert any(text in one for one in listed_phone.inbox())
    await listed_phone.says("1", event_id="mo-listed")
    await story.settled()


async def uploads(browser: Browser, path: str, name: str, data: bytes, file_name: str) -> None:
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.page)
    assert token
    form = FormData(quote_fields=False)
    form.add_field("csrf", token[1])
    form.add_field(name, data, filename=file_name)
    await browser._take(await browser.client.post(path, data=form))
    assert browser.status == 200, browser.page
