"""The Telegram channel: polling or webhook in, messages out, files for the evidence."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog
from aiohttp import web

from channels.pace import Pace
from channels.telegram.client import Client, Trouble
from channels.telegram.commands import Commands
from channels.telegram.decode import ALLOWED, Event
from channels.telegram.intake import Intake, Unkept, kept
from channels.telegram.media import Media
from channels.telegram.polling import Patience, Poller, log_trouble
from channels.telegram.posting import Poster
from channels.telegram.settings import CHANNEL
from models.database import DatabaseAway
from services import people
from services.deliveries import Parcel, Result
from services.evidence import Gone, Later
from services.foundation.act import Acts
from services.foundation.codes import CODE_LETTERS, codes_in, spelled
from services.foundation.seldom import Seldom
from services.talk import Journey, Talk
from templates import DEFAULT_LANGUAGE, Texts

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
LARGEST_UPDATE = 1024 * 1024  # bytes
CONNECTIONS = 40
LONGEST_START = 64  # characters, of letters, digits, _ and -
WEBHOOK_AGAIN = 3600.0  # seconds: Telegram drops a webhook that has failed for a day
log = structlog.get_logger()


class Telegram:
    """One bot: `routes()` for the application, `run()` as a task, `clear`/`send` for a Sender, `fetch` for the Fetcher.

    Raises ValueError for a webhook without a secret. `first_wait` is the first wait after a failure, in seconds.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        mode: Literal["polling", "webhook"],
        secret: str | None,
        public_url: str,
        talk: Talk,
        acts: Acts,
        texts: Mapping[str, Texts],
        journeys: Mapping[str, Journey],
        language: str = DEFAULT_LANGUAGE,
        pace: Pace | None = None,
        first_wait: float = 1.0,
        copies: Callable[[str], Path] | None = None,
        drawn: Callable[[str], bytes | None] | None = None,
    ) -> None:
        if mode == "webhook" and not secret:
            raise ValueError("a webhook needs a secret")
        self._mode = mode
        self._secret = (secret or "").encode()
        self._wrong = Seldom("telegram_wrong_secret")
        self._url = public_url + PATH
        self._acts = acts
        self._client = Client(token, api_url)
        self._intake = Intake(talk, acts)
        self._poster = Poster(self._client, texts, pace or Pace(), Media(copies, drawn) if copies else None)
        self._commands = Commands(self._client, journeys, texts, language)
        self._patience = Patience(first_wait)
        self._ready = False
        self._name: str | None = None
        self._errands: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self._webhook)] if self._mode == "webhook" else []

    def ready(self) -> bool:
        """Whether Telegram answered the last time it was asked."""
        return self._ready

    async def answers(self) -> bool:
        """Whether Telegram answers. A poll asks all the time; where Telegram calls us, it is asked now."""
        if self._mode == "polling":
            return self._ready
        try:
            await self._client.bot.get_me()
        except Trouble:
            return False
        return self._ready

    def link(self, start: str) -> str | None:
        """Where the app opens this bot with `/start <start>`; None until Telegram has told its name."""
        if self._name is None or len(start) > LONGEST_START:
            return None
        return f"https://t.me/{self._name}" + (f"?start={start}" if start else "")

    async def run(self) -> None:
        """Receives updates until cancelled. Trouble with Telegram is waited out."""
        await self._prepared()
        await self._commands.register()
        if self._mode == "polling":
            await Poller(self._client, self._intake, self._tell, self._after_poll, self._patience).run()
        while True:
            await asyncio.sleep(WEBHOOK_AGAIN)
            await self._prepared()

    async def close(self) -> None:
        """Closes the connections. Call it after `run` and the senders have ended."""
        for errand in tuple(self._errands):
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self._client.close()

    async def clear(self, parcel: Parcel) -> timedelta | None:
        return await self._poster.clear(parcel)

    async def send(self, parcel: Parcel) -> Result:
        return await self._poster.send(parcel)

    async def fetch(self, ref: str) -> bytes:
        """The bytes of a file that somebody sent. Raises Later or Gone."""
        try:
            return await self._client.file(ref)
        except Trouble as trouble:
            if "file is too big" in trouble.description:
                raise Gone("too_big") from None
            if trouble.code == 400 and "temporarily" not in trouble.description:
                raise Gone("gone") from None
            raise Later(str(trouble.code)) from None

    # --- coming in ---

    async def _webhook(self, request: web.Request) -> web.Response:
        """Answers 200 only after the update is durable; a tap is answered in the same response."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            self._wrong.tell()
            return web.Response(status=403)
        if (request.content_length or 0) > LARGEST_UPDATE or len(raw := await request.read()) > LARGEST_UPDATE:
            return web.Response(status=413)
        try:
            event = await kept(self._intake, raw)
        except Unkept:
            return web.Response(status=503)
        self._after(event)
        if event.tap is None:
            return web.Response()
        answer = msgspec.json.encode({"method": "answerCallbackQuery", "callback_query_id": event.tap})
        return web.Response(body=answer, content_type="application/json")

    async def _prepared(self) -> None:
        """Tells Telegram how updates are to come (polling or webhook), trying until it succeeds."""
        while True:
            try:
                if self._mode == "polling":
                    await self._client.bot.delete_webhook(drop_pending_updates=False)
                else:
                    await self._client.bot.set_webhook(
                        self._url,
                        secret_token=self._secret.decode(),
                        allowed_updates=ALLOWED,
                        max_connections=CONNECTIONS,
                        drop_pending_updates=False,
                    )
                self._name = (await self._client.bot.get_me()).username
            except Trouble as trouble:
                self._tell(False)
                log_trouble("telegram_start", trouble)
                await self._patience.wait(trouble.retry_after or 0.0)
            else:
                self._patience.rest()
                return self._tell(True)

    def _tell(self, ok: bool) -> None:
        if ok != self._ready:
            log.info("telegram_answers" if ok else "telegram_silent")
        self._ready = ok

    def _after_poll(self, event: Event) -> None:
        if event.tap is not None:
            self._errand(self._answer(event.tap))
        self._after(event)

    def _after(self, event: Event) -> None:
        reply = event.incoming.reply if event.incoming else None
        said = (reply.choice or reply.text or "") if reply else ""
        if len(said) >= CODE_LETTERS and any(codes_in(spelled(said))):  # perhaps the account is bound by it
            self._errand(self._list_commands(event.sender or ""))

    # --- small calls whose result nobody waits for ---

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _answer(self, tap: str) -> None:
        try:
            await self._client.bot.answer_callback_query(tap)
        except Trouble as trouble:
            log.info("tap_not_answered", status=trouble.code)

    async def _list_commands(self, chat: str) -> None:
        try:
            granted = await self._acts.read(people.grants_at, CHANNEL, chat)
        except DatabaseAway:
            return
        if granted:
            await self._commands.register_for(chat, granted)
