"""The same few gestures on every wire: somebody of our own, the strict Bot API server, and the web chat's protocol."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator, Callable, Container, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any, Protocol

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, web
from PIL import Image

from bot.build import Program
from channels.fake import FakePerson
from channels.webchat.chat import WebChat
from conversation.messages import Media
from tests.botapi import User
from tests.conftest import rows
from tests.drivers.serving import Served, serving
from tests.drivers.waiting import PATIENCE_SECONDS
from tests.scenarios.transcripts.script import PLACE, Seen, seen
from tests.scenarios.transcripts.sms_driver import on_sms


class Person(Protocol):
    """Somebody at a device. After each gesture, `sees` waits for what is newest there and returns it raw and masked."""

    async def says(self, text: str) -> None: ...

    async def taps(self, label: str) -> None: ...

    async def sends_photos(self, number: int) -> None: ...

    async def sends_place(self, latitude: float, longitude: float) -> None: ...

    async def sees(self, expected: Sequence[Sequence[str]]) -> list[tuple[str, Seen]]:
        """The messages that answer the last gesture, as many as this wire can tell; at best those expected."""
        ...


async def gesture(person: Person, said: str) -> None:
    """One `>` line of a script."""
    if said.startswith("[") and said.endswith("]"):
        await person.taps(said[1:-1])
    elif place := PLACE.fullmatch(said):
        await person.sends_place(float(place[1]), float(place[2]))
    elif photos := said.count("{photo}"):
        await person.sends_photos(photos)
    else:
        await person.says(said)


def photo(seed: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 36), (seed * 25 % 256, 90, 120)).save(out, "JPEG")
    return out.getvalue()


def same_but_for_rows(one: Seen, expected: Sequence[str]) -> bool:
    """The same words and the same buttons, wherever the channel puts them."""
    labels = sorted(label for line in expected if line.startswith("[") for label in re.findall(r"\[([^\]]*)\]", line))
    lines = [line for line in expected if not line.startswith("[")]
    return [*map(_even, one.lines)] == [*map(_even, lines)] and sorted(one.labels) == labels


def _even(line: str) -> str:
    return " ".join(line.split())


class OnFake:
    """The channel without a wire tells every message of a turn."""

    def __init__(self, program: Program, person: FakePerson) -> None:
        self._program, self._person = program, person
        self._heard = 0
        self._pieces = count(1)

    async def says(self, text: str) -> None:
        await self._person.says(text)

    async def taps(self, label: str) -> None:
        await self._person.taps(label)

    async def sends_photos(self, number: int) -> None:
        await self._person.sends(*(Media(f"photo-{next(self._pieces)}", "photo") for _ in range(number)))

    async def sends_place(self, latitude: float, longitude: float) -> None:
        await self._person.sends(location=(latitude, longitude))

    async def sees(self, expected: Sequence[Sequence[str]]) -> list[tuple[str, Seen]]:
        contact = self._person.contact_id()
        [self._person.language] = [
            str(row["language"]) for row in rows(self._program, "contacts") if row["id"] == contact
        ]
        new = self._person.heard()[self._heard :]
        self._heard += len(new)
        return [(one.text, seen(one.text, [[key.label for key in row] for row in one.rows])) for one in new]


class OnTelegram:
    """A chat of Telegram. The button that copies what was written is this channel's own, so no file has it."""

    def __init__(self, user: User, own: Container[str]) -> None:
        self._user, self._own = user, own
        self._photos = count(1)

    async def says(self, text: str) -> None:
        await self._user.says(text)

    async def taps(self, label: str) -> None:
        await self._user.taps(label)

    async def sends_photos(self, number: int) -> None:
        await self._user.sends_album([photo(next(self._photos)) for _ in range(number)])

    async def sends_place(self, latitude: float, longitude: float) -> None:
        await self._user.sends_location(latitude, longitude)

    async def sees(self, expected: Sequence[Sequence[str]]) -> list[tuple[str, Seen]]:
        """The last message only: an earlier one may have been drawn over."""
        last = [*expected[-1]]

        def shown(text: str, rows: Sequence[Sequence[str]]) -> Seen:
            kept = [[label for label in row if label not in self._own] for row in rows]
            return seen(text, [row for row in kept if row])

        screen = await self._user.waits_for(lambda s: shown(s.text, s.buttons).written() == last, PATIENCE_SECONDS / 2)
        return [(screen.text, shown(screen.text, screen.buttons))]


class OnWeb:
    """A browser, as far as the protocol goes. Ticks are seen in their boxes, so no line says them again.

    The words to change are put into the text box; a line says so in place of the lines that show them elsewhere.
    """

    def __init__(
        self,
        http: ClientSession,
        socket: ClientWebSocketResponse,
        name: str,
        ticks: tuple[str, ...],
        written: Sequence[tuple[str, str]],
    ) -> None:
        self._http, self._socket = http, socket
        self._written = written  # in each language what is said elsewhere, with * for the words, and what is said here
        self._frames = (f"{name}-frame-{n:04d}" for n in count(1))
        self._photos = count(1)
        self._ticks = ticks
        self._letter: dict[str, Any] = {}
        self._kept: str | None = None
        self._answered = False  # a letter has come since the last gesture

    async def says(self, text: str) -> None:
        await self._send(say=text)

    async def taps(self, label: str) -> None:
        keys = [key for row in self._letter["rows"] for key in row]
        keys += [
            {"label": line["edit"], "press": line["press"], "turn": self._letter["turn"]}
            for line in self._letter["lines"]
        ]
        key = next(key for key in keys if _label(key) in (label, f"✓ {label}"))
        await self._send(tap=key["press"], turn=key["turn"], message=self._letter["id"])

    async def sends_photos(self, number: int) -> None:
        refs = []
        for _ in range(number):
            async with self._http.post("/chat/upload", data=photo(next(self._photos))) as answer:
                assert answer.status == 200, await answer.text()
                refs.append((await answer.json())["ref"])
        await self._send(media=refs)

    async def sends_place(self, latitude: float, longitude: float) -> None:
        await self._send(place=[latitude, longitude])

    async def greeted(self, language: str) -> OnWeb:
        await self._send(hello=0, language=language)
        await self._read(lambda: bool(self._letter))
        return self

    async def sees(self, expected: Sequence[Sequence[str]]) -> list[tuple[str, Seen]]:
        last = [line for line in self._boxed(expected[-1]) if not line.startswith(self._ticks)]
        await self._read(lambda: self._kept is not None and self._answered and same_but_for_rows(self._seen()[1], last))
        return [self._seen()]

    def _boxed(self, lines: Sequence[str]) -> list[str]:
        told = "\n".join(lines)
        for elsewhere, here in self._written:
            before, _, after = elsewhere.partition("*")
            told = re.sub(
                f"{re.escape(before)}(.*?){re.escape(after)}", lambda _, here=here: here, told, flags=re.DOTALL
            )
        return told.splitlines()

    async def _send(self, **frame: Any) -> None:
        self._kept, self._answered = None, False
        await self._socket.send_json({**frame, "id": next(self._frames)})

    async def _read(self, enough: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS / 2):
                while not enough():
                    frame = json.loads(await self._socket.receive_str())
                    self._letter = frame.get("letter", self._letter)
                    self._answered |= "letter" in frame
                    self._kept = frame.get("kept", self._kept)
                    assert "refused" not in frame, frame
        except TimeoutError:
            raise AssertionError(f"waited; the newest message is {self._seen()[1].written()}") from None

    def _seen(self) -> tuple[str, Seen]:
        letter = self._letter
        lines = [f"{line['label']}  {line['value']}" for line in letter["lines"]]
        head = f"{letter['head'] or ''}  {letter['progress']}"
        parts = [letter["problem"], head, letter["text"], *lines, letter["foot"]]
        text = "\n".join(part for part in parts if part)
        labels = [[_label(key) for key in row] for row in letter["rows"]] + [[line["edit"]] for line in letter["lines"]]
        return text, seen(text, labels)


def _label(key: dict[str, Any]) -> str:
    return f"✓ {key['label']}" if key.get("role") == "ticked" else key["label"]


Meeting = Callable[[str], Any]


@asynccontextmanager
async def on_fake(program: Program, language: str) -> AsyncIterator[Meeting]:
    async def meet(name: str) -> Person:
        person = FakePerson(program.talk, program.acts, program.texts, name, language=language)
        return OnFake(program, person)

    yield meet


@asynccontextmanager
async def on_telegram(program: Program, language: str) -> AsyncIterator[Meeting]:
    ids = count(1001)
    async with serving(program) as served:
        here: Served = served

        async def meet(name: str) -> Person:
            own = {texts.say("common", "copy") for texts in program.texts.values()}
            return OnTelegram(here.api.user(next(ids), first_name=name, language_code=language), own)

        yield meet


@asynccontextmanager
async def on_web(program: Program, language: str) -> AsyncIterator[Meeting]:
    chat = WebChat(
        site="http://127.0.0.1",
        door=program.talk,
        acts=program.acts,
        texts=program.texts,
        store=program.store,
        version="1",
    )
    app = web.Application()
    app.add_routes(chat.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    async with AsyncExitStack() as opened:
        await runner.setup()
        opened.push_async_callback(runner.cleanup)
        opened.push_async_callback(chat.close)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"

        ticks = tuple(texts.say("common", "ticked_so_far", {"labels": ()}) for texts in program.texts.values())
        written = [
            (texts.say("common", "written_so_far", {"written": "*"}), texts.say("common", "written_below"))
            for texts in program.texts.values()
        ]

        async def meet(name: str) -> Person:
            jar, headers = CookieJar(unsafe=True), {"Origin": url, "Accept-Language": language}
            http = await opened.enter_async_context(ClientSession(url, cookie_jar=jar, headers=headers))
            async with http.get("/chat") as page:
                assert page.status == 200
            socket = await opened.enter_async_context(http.ws_connect("/chat/ws"))
            return await OnWeb(http, socket, name, ticks, written).greeted(language)

        yield meet


WIRES = {"fake": on_fake, "telegram": on_telegram, "web": on_web, "sms": on_sms}
