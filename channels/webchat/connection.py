"""One open page: reads its frames in order and sends its letters as they come, whichever process wrote them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from channels.webchat import protocol
from channels.webchat.drawing import drawn
from channels.webchat.guard import Bucket, Tokens
from channels.webchat.protocol import CHANNEL, Frame, Garbled, write
from channels.webchat.watch import Watch
from conversation.messages import Body, Button, Incoming, Media, Reply, Say
from models.database import DatabaseAway
from services import deliveries, evidence, talk
from services.deliveries import Letter
from services.foundation.act import Acts
from services.talk import Talk, Visitor
from templates import Texts

MOST_LETTERS = 200  # past letters sent to a browser that has none
BURST, PER_SECOND = 30, 3  # frames of one connection
HELLO_SECONDS = 30.0
PATIENCE = 60  # excess frames before the line is cut
log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    """What every connection shares."""

    talk: Talk
    acts: Acts
    texts: Mapping[str, Texts]
    watch: Watch
    tokens: Tokens


class Connection:
    def __init__(self, parts: Parts, socket: web.WebSocketResponse, token: str) -> None:
        self._parts, self._socket, self._token = parts, socket, token
        self._pace = Bucket(BURST, PER_SECOND, asyncio.get_running_loop().time)
        self._too_many = 0
        self._visitor: Visitor | None = None
        self._language: str | None = None
        self._sent = 0  # number of the last letter that was sent on this connection
        self._post: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serves the connection until the page goes. One that never says hello is no page."""
        try:
            await self._hear()
        except TimeoutError:
            if not self._waits.expired():
                raise
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)
        finally:
            if self._post is not None:
                self._post.cancel()
                await asyncio.gather(self._post, return_exceptions=True)

    async def _hear(self) -> None:
        async with asyncio.timeout(HELLO_SECONDS) as self._waits:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(message.data)
                else:
                    await self._refuse(None, "garbled")
                if self._too_many > PATIENCE:
                    await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _take(self, raw: str) -> None:
        try:
            frame = protocol.read(raw)
        except Garbled as garbled:
            await self._refuse(garbled.id, garbled.code)
            return
        if not self._pace.allows():
            self._too_many += 1
            await self._send(refused=frame.id, code="too_fast")
            return
        try:
            await self._act(frame, raw)
        except DatabaseAway:
            await self._send(away=frame.id)

    async def _refuse(self, frame_id: str | None, code: str) -> None:
        """Refuses what is no frame. It counts as one, and beyond the pace it is not even answered."""
        if self._pace.allows():
            await self._send(refused=frame_id, code=code)
        else:
            self._too_many += 1

    async def _act(self, frame: Frame, raw: str) -> None:
        if frame.beat is not None:
            await self._send(beat=1)
        elif frame.got is not None:
            await self._got(frame.got)
        elif frame.hello is not None:
            await self._hello(frame, frame.hello, raw)
        else:
            await self._say(frame, raw)

    async def _hello(self, frame: Frame, last_seen: int, raw: str) -> None:
        """Answers a page's first frame: greets a new browser, and follows a link (`start`) wherever the person is."""
        self._waits.reschedule(None)
        self._language = frame.language or self._language
        await self._find_visitor()
        if self._visitor is not None and self._visitor.closed:
            await self._end()
            return
        if frame.start is not None or self._visitor is None:
            event = frame.id if frame.start is not None and frame.id else "first"
            await self._handle(Reply(text=f"/start {frame.start or ''}".strip()), event, None, raw)
        if self._visitor is not None:
            acts, mark = self._parts.acts, frame.browser or ""
            if not await acts.read(talk.knows_browser, self._visitor.id, mark):
                await acts.write(talk.note_browser, CHANNEL, self._visitor.id, mark)
        if frame.id:
            await self._send(kept=frame.id)
        if self._post is None and self._visitor is not None:
            self._sent = last_seen if await self._agrees(frame, last_seen) else 0
            self._post = asyncio.create_task(self._carry(self._visitor.id))

    async def _agrees(self, frame: Frame, last_seen: int) -> bool:
        """Whether the page and the database count the same letters; where they do not, the page is told."""
        number, key = frame.holds or (last_seen, None)
        acts, visitor = self._parts.acts, self._visitor
        if not number or visitor is None or await acts.read(deliveries.is_known, CHANNEL, visitor.id, number, key):
            return True
        await self._send(restored=1)
        return False

    async def _say(self, frame: Frame, raw: str) -> None:
        media = await self._media(frame)
        if media is None:
            await self._send(refused=frame.id, code="gone")
            return
        reply = Reply(
            text=frame.say if frame.say is not None else frame.text,
            choice=frame.tap,
            turn=frame.turn if frame.tap else None,
            media=tuple(media),
            location=frame.place,
        )
        message = str(frame.message) if frame.tap and frame.message else None
        await self._handle(reply, frame.id or "", message, raw)
        await self._send(kept=frame.id)

    async def _media(self, frame: Frame) -> list[Media] | None:
        if frame.media is None:
            return []
        await self._find_visitor()
        if self._visitor is None:
            return None
        refs = list(dict.fromkeys(frame.media))
        return await self._parts.acts.write(evidence.take, self._visitor.id, refs)

    async def _handle(self, reply: Reply, event: str, message: str | None, raw: str) -> None:
        """Hands a reply to the dialogue. The event's id is bound to this browser: nobody can use up another's."""
        event_id = self._parts.acts.vault.index(f"{self._token}\0{event}", "web event")
        kept = raw.encode("utf-8", "replace")
        await self._parts.talk.handle(
            Incoming(CHANNEL, event_id, self._token, reply, self._language, message, raw=kept)
        )
        await self._find_visitor()

    async def _find_visitor(self) -> None:
        if self._visitor is None:
            parts = self._parts
            self._visitor = await parts.acts.read(talk.visitor, CHANNEL, self._token)

    async def _got(self, upto: int) -> None:
        if self._visitor is not None:
            await self._parts.acts.write(deliveries.received, CHANNEL, self._visitor.id, min(upto, self._sent))

    async def _carry(self, contact_id: str) -> None:
        """Sends letters in order: past ones, then each as its bell rings."""
        with self._parts.watch.listen(contact_id, lambda: self._sent) as bell:
            greeted = False
            while not self._socket.closed:
                bell.clear()
                try:
                    await self._fetch(contact_id, first=not greeted)
                    greeted = True
                except DatabaseAway:
                    await asyncio.sleep(self._parts.watch.every_seconds)
                    continue
                except Exception:
                    log.exception("web_letters_failed", contact=contact_id)
                    await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)
                    return
                await bell.wait()

    async def _fetch(self, contact_id: str, *, first: bool) -> None:
        parts, after = self._parts, self._sent
        post = await parts.acts.read(talk.post, CHANNEL, contact_id, after, MOST_LETTERS, anyway=first)
        if post is not None and post.more:
            await parts.acts.write(deliveries.number_due, CHANNEL, contact_id)
            post = await parts.acts.read(talk.post, CHANNEL, contact_id, after, MOST_LETTERS, anyway=first)
        if post is None:
            return
        if post.closed:
            await self._end()
            return
        texts, zone = parts.texts[post.language], parts.acts.clock().tzinfo
        for letter in post.letters:
            await self._send(letter=await self._drawn(letter, texts, zone))
            self._sent = letter.id
        await self._send(turn=post.turn, **({"ready": True} if first else {}))

    async def _end(self) -> None:
        await self._send(bye="closed")
        await self._socket.close()

    async def _drawn(self, letter: Letter, texts: Texts, zone: tzinfo | None) -> Mapping[str, Any]:
        """The letter as the page shows it. One that cannot be drawn is set aside: it must not keep back all others."""
        try:
            return drawn(letter, texts, zone)
        except Exception as error:  # the traceback could show the words of the letter
            kind = type(error).__name__
            log.error("letter_not_drawn", delivery=letter.row_id, error=kind)
            await self._parts.acts.write(deliveries.undelivered, CHANNEL, letter.row_id, kind)
            said = Say("common.not_shown", {"id": letter.id}, (Button("/menu", words="menu"),))
            return drawn(replace(letter, body=Body(say=said)), texts, zone)

    async def _send(self, **said: object) -> None:
        if not self._socket.closed:
            try:
                await self._socket.send_str(write(**said))
            except ConnectionError:
                pass  # the page has gone: it fetches what it lacks when it comes back
