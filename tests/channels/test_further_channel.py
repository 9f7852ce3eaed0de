"""A channel that nobody has heard of: a value in the list and its words, and every part of the program has it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import templates
from bot.build import Program
from bot.channels import KINDS
from bot.doctor import examine
from bot.preview import NOW, page
from bot.serve import assemble
from bot.settings import Settings
from channels.channel import Channel, ChannelKind, Found, ProgramParts, Shot
from channels.fake import FakePerson
from channels.render import draw
from conversation.messages import Body, Say
from services import deliveries, evidence, people
from services.deliveries import Outgoing, Parcel, Result
from services.foundation.act import Act
from services.people import Grant, Role
from templates import Texts
from tests.conftest import Clock, rows
from tests.drivers.asking import asks
from tests.drivers.browsing import browsing
from tests.drivers.serving import photo
from tests.drivers.waiting import until
from tests.web.conftest import Browser, link, member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CALLED = {"zh": "信鸽", "en": "Pigeon post"}
WORD = Body(say=Say("status.closed", {"number": "1", "text": "好"}))
SAID = "各单位请于周五前报送自查材料。"


@dataclass
class Pigeon:
    """The wire: what it has carried, and whether it answers."""

    sent: list[tuple[str, Body]] = field(default_factory=list)
    answers: bool = True
    closed: bool = False
    ran: bool = False

    async def run(self) -> None:
        self.ran = True

    async def send(self, parcel: Parcel) -> Result:
        self.sent.append((parcel.address, parcel.body))
        return Result(parcel.id, wire_id="ring-1")

    async def clear(self, parcel: Parcel) -> timedelta | None:
        return None

    async def fetch(self, ref: str) -> bytes:
        return photo()

    async def close(self) -> None:
        self.closed = True

    async def lands(self, request: web.Request) -> web.Response:
        return web.Response(text="coo")

    def opened(self, settings: Settings, program: ProgramParts) -> Channel:
        return Channel(
            "pigeon",
            routes=[web.get("/pigeon", self.lands)],
            run=self.run,
            send=self.send,
            clear=self.clear,
            fetch=self.fetch,
            ready=lambda: self.answers,
            close=self.close,
        )

    async def examined(self, settings: Settings) -> Sequence[Found]:
        return [Found("good", "doctor_pigeon_ok")]


def drawn(settings: Settings, body: Body, texts: Texts) -> Shot:
    return Shot((f"coo: {draw(body, texts).text}",), rows=((("coo back", ""),),), parts=3)


@pytest.fixture
def pigeon() -> Pigeon:
    return Pigeon()


@pytest.fixture
def kind(pigeon: Pigeon) -> ChannelKind:
    return ChannelKind("pigeon", pigeon.opened, drawn, doctor=pigeon.examined)


@pytest.fixture
def _words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words as they are, and one file more in each language."""
    copied = tmp_path / "words"
    shutil.copytree(templates.HERE, copied, ignore=shutil.ignore_patterns("*.py*"))
    for language, called in CALLED.items():
        said = "{% block name %}" + called + "{% endblock %}{% block notice_off %}no " + called + "{% endblock %}"
        (copied / language / "chat" / "channel_pigeon.j2").write_text(said, "utf-8")
    monkeypatch.setattr(templates, "HERE", copied)


@pytest.fixture
def program(_words: None, make_program: Callable[..., Program], kind: ChannelKind) -> Program:
    return make_program(channels=(*KINDS, kind))


@pytest.fixture
async def client(program: Program) -> AsyncIterator[TestClient]:
    """The whole program, as `mingcha serve` puts it together."""
    async with browsing(TestServer(assemble(program).app)) as running:
        yield running


def tell(program: Program, channel: str = "pigeon") -> None:
    """Queues a word for somebody on this channel."""

    def put(act: Act) -> None:
        [contact] = people.ensure_contacts(act, channel, ["loft-1"], "zh")
        deliveries.queue(act, [Outgoing(contact, channel, WORD)])

    program.acts.transact(put)


async def test_it_is_opened_sent_on_and_closed(program: Program, pigeon: Pigeon) -> None:
    async with TestClient(TestServer(assemble(program).app)) as client:
        tell(program)
        await until(lambda: rows(program, "deliveries")[0]["state"] == "sent")
        assert pigeon.sent == [("loft-1", WORD)]
        assert await (await client.get("/pigeon")).text() == "coo"
        assert (pigeon.ran, pigeon.closed) == (True, False)
    assert pigeon.closed


async def test_its_evidence_is_fetched(program: Program, client: TestClient) -> None:
    citizen = FakePerson(program.talk, program.acts, program.texts, "c", channel="pigeon")
    await asks(citizen, "feather-1")
    await until(lambda: [row["state"] for row in rows(program, "evidence")] == [evidence.KEPT])


async def test_readyz_asks_it(client: TestClient, pigeon: Pigeon) -> None:
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["pigeon"]) == (200, True)
    pigeon.answers = False
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["pigeon"]) == (503, False)


async def test_the_doctor_and_the_metrics_tell_of_it(program: Program, clock: Clock) -> None:
    async with TestClient(TestServer(assemble(program, work=False).app)) as client:
        tell(program)
        clock.passes(minutes=7)
        assert (await (await client.get("/readyz")).json())["unsent"] == ["pigeon"]
        assert 'mingcha_unsent{state="pigeon"} 1.0' in await (await client.get("/metrics")).text()
    found = await examine(program.settings, program.clock, program.channel_kinds)
    assert Found("good", "doctor_pigeon_ok") in found
    [unsent] = [one for one in found if one.words == "doctor_unsent"]
    for language, called in CALLED.items():
        said = program.texts[language].say("terminal", unsent.words, unsent.values)
        assert said.startswith(called)


def test_the_preview_shows_it(program: Program) -> None:
    before = page(program.texts)
    html = page(program.texts, program.channel_kinds)
    for called in CALLED.values():
        shots = html.count(f"<figcaption>{called}</figcaption>")
        assert called not in before
        assert shots == before.count("<figcaption>Telegram</figcaption>") / len(CALLED) > 50
    assert '<div class="bubble">coo: ' in html
    assert "<span>coo back</span>" in html
    assert page(templates.load_texts(lambda: NOW)) == before


async def test_a_notice_is_shown_on_it(program: Program, client: TestClient) -> None:
    clerk = Browser(client)
    await clerk.sends("/in", code=link(program, member(program, "钱一", Grant(Role.CLERK, None))))
    await clerk.opens("/console/notices/new")
    assert "no 信鸽" not in clerk.page
    await clerk.sends("/console/notices", text_zh=SAID, role="head")
    assert "信鸽 · 中文 · " in clerk.page, "with its parts"
    assert '<p class="shot-bubble" dir="auto">coo: ' in clerk.page
    assert '<span class="shot-key">coo back</span>' in clerk.page


@pytest.mark.usefixtures("_words")
async def test_a_notice_says_where_it_is_not_set_up(make_program: Callable[..., Program], kind: ChannelKind) -> None:
    shut = ChannelKind(kind.name, lambda settings, program: None, drawn)
    program = make_program(channels=(*KINDS, shut))
    async with browsing(TestServer(assemble(program).app)) as client:
        clerk = Browser(client)
        await clerk.sends("/in", code=link(program, member(program, "钱一", Grant(Role.CLERK, None))))
        await clerk.opens("/console/notices/new")
        await clerk.sends("/console/notices", text_zh=SAID, role="head")
        assert "no 信鸽" in clerk.page
        assert "信鸽 · 中文" not in clerk.page


def test_every_setting_of_a_channel_is_one_of_the_programs(program: Program) -> None:
    own = {name for kind in KINDS if kind.settings for name in kind.settings.model_fields}
    assert {"telegram_token", "sms_url"} <= own <= set(Settings.model_fields)
    for kind in KINDS:
        assert kind.settings is None or isinstance(program.settings, kind.settings)


def test_every_known_channel_has_a_name_in_every_language(program: Program) -> None:
    for texts in program.texts.values():
        assert [kind.name for kind in KINDS if not texts.has(kind.words, "name")] == []
