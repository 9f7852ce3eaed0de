"""A clerk at a real browser: the site on a port of its own, and a desk full of reports."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, ViewportSize

from bot.build import Program
from conversation.messages import Media
from services import cases, evidence, inspections, people
from services.foundation.act import Act
from services.people import Contact, Grant, Role
from tests.drivers.browsing import site_of
from tests.drivers.waiting import PATIENCE_SECONDS
from tests.drivers.webchat_browser import web_chat
from web.site import assets

SHOTS = Path("var/shots")
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 800}
LONG = "市政务服务中心管理委员会办公室驻经济技术开发区不动产登记与土地综合整治联合服务大厅"


@asynccontextmanager
async def desk(program: Program, port: int | None = None) -> AsyncIterator[str]:
    """The address of the site, with the web chat beside it; `port`: one that is free."""
    site = site_of(program, assets.version())
    chat = web_chat(program, version=assets.version())
    app = web.Application(middlewares=site.middlewares())
    app.add_routes([*assets.routes(), *chat.routes(), *site.routes()])
    app.on_shutdown.append(lambda _: chat.close())
    async with TestServer(app, port=port) as server:
        yield str(server.make_url("/")).rstrip("/")


async def page_at(browser: Browser, size: ViewportSize, **how: object) -> Page:
    """A page that fails the test when its own policy stops something or a script breaks."""
    context = await browser.new_context(viewport=size, locale="zh-CN", **how)  # pyright: ignore[reportArgumentType]
    context.set_default_timeout(1_000 * PATIENCE_SECONDS)
    page = await context.new_page()
    page.on("pageerror", lambda error: troubles(page).append(str(error)))
    page.on("console", lambda line: troubles(page).append(line.text) if line.type == "error" else None)
    return page


_troubles: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


def troubles(page: Page) -> list[str]:
    return _troubles.setdefault(page, [])


async def shot(page: Page, name: str, *, full: bool = True) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"console-{name}.png", full_page=full)


async def too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def clerk_link(program: Program, address: str) -> str:
    person_id = program.acts.transact(people.add_person, "钱一", [Grant(Role.CLERK, None)], title="投诉科")
    code = program.acts.by(person_id).transact(people.invite, person_id, 1)[1]
    return f"{address}/in/{code}"


def somebody(program: Program, address: str = "citizen-1") -> Contact:
    key = people.address_hash(program.vault, "fake", address)
    return program.acts.transact(people.lock_contacts, {key: ("fake", address, "zh")})[key]


def file_some(program: Program, contact: Contact, many: int) -> None:
    """Complaints, one an hour back from now, over all units."""
    units = [unit.id for unit in program.units.units]
    told = [
        "周二上午十点到窗口，等了两个小时没有人理，问了三次都说在开会。",
        "材料退了三次，每次说的都不一样。",
        "办证要收工本费以外的「服务费」200 元，不给开票。",
    ]

    def file(act: Act) -> None:
        for n in range(many):
            one = cases.Complaint(
                units[n % len(units)] if n % 9 else None,
                ("slow", "shirk", "rude", "fees")[n % 4],
                told[n % 3],
                name="李明" if n % 5 == 0 else None,
                phone="13800138000" if n % 5 == 0 else None,
            )
            cases.file_complaint(act.at(act.now - timedelta(hours=many - n)), contact, one)

    program.acts.transact(file)


async def file_one_with_evidence(program: Program, contact: Contact) -> str:
    """A complaint with three photos, a sound and a file that is still being fetched; returns its id."""
    media = (*(Media(f"p{n}", "photo") for n in range(3)), Media("v", "voice"), Media("f", "file"))
    one = cases.Complaint(
        "gtj-1", "rude", "窗口的人一直在看手机。\n我等了两个小时。" * 6, staff="三号窗口，戴眼镜", media=media
    )
    case, _ = program.acts.transact(cases.file_complaint, contact, one)
    pieces = program.acts.look(evidence.pieces_of, case.id)
    for n, piece in enumerate(pieces[:4]):
        data = sound() if piece.kind == "voice" else picture(n)
        program.acts.transact(evidence.keep, await program.store.clean_and_keep(data, piece.id))
    return case.id


def file_visit(program: Program, contact: Contact) -> None:
    person = program.acts.transact(people.add_person, "林监督", [Grant(Role.SUPERVISOR, "gtj")])
    program.acts.transact(people.bind_contact, contact.id, person)
    found = {
        "order": {"ticked": ["unattended", "messy"], "remark": "十一点半窗口就没人了"},
        "games": {"ticked": ["games"], "remark": None},
        "service": {"ticked": [], "remark": None},
    }
    visit = inspections.Visit("gtj-1", "simulate", found, waited_minutes=25, note="模拟办理土地证", place=(25.8, 114.9))
    mine = Contact(contact.id, contact.channel, contact.language, person, 0, None, None)
    program.acts.transact(inspections.file_visit, mine, visit)


def picture(n: int) -> bytes:
    image = Image.new("RGB", (800, 600), [(203, 213, 225), (148, 178, 214), (222, 205, 180)][n % 3])
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 300, 720, 560), fill=(90, 100, 115))
    draw.ellipse((330, 120, 470, 260), fill=(240, 220, 200))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 6))) for n in range(8000)))
    return out.getvalue()
