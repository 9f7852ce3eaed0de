"""How updates reach the bot: polling and webhook, their queues, retries and duplicates."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from . import BotApi
from .harness import Clock, keyboard, talking
from .looking import PATIENCE_SECONDS

pytestmark = pytest.mark.asyncio


async def test_polling_confirms_by_offset_and_knows_one_poller() -> None:
    async with talking() as (api, ask):
        first, second = await api.user(1).says("a"), await api.user(1).says("b")
        assert len((await ask("getUpdates"))["result"]) == len((await ask("getUpdates"))["result"]) == 2
        after = await ask("getUpdates", offset=second.update_id)
        assert [update["update_id"] for update in after["result"]] == [first.update_id + 1]
        polls = len(api.called("getUpdates"))
        older = asyncio.create_task(ask("getUpdates", offset=second.update_id + 1, timeout=9))
        await api.world.pulse.until(lambda: len(api.called("getUpdates")) == polls + 1, PATIENCE_SECONDS)
        newer = asyncio.create_task(ask("getUpdates", offset=second.update_id + 1, timeout=9))
        assert "terminated by other getUpdates request" in (await older)["description"]
        await api.user(1).says("c")
        assert (await newer)["result"][0]["message"]["text"] == "c"
        await ask("setWebhook", url="http://127.0.0.1:9/")
        assert (await ask("getUpdates"))["error_code"] == 409


async def test_redelivery_and_raw_updates_in_polling() -> None:
    async with talking() as (api, ask):
        first = await api.user(1).says("a")
        await ask("getUpdates")
        assert (await ask("getUpdates", offset=first.update_id + 1))["result"] == []
        api.redeliver(first)
        api.deliver_raw({"message": [1]})
        api.deliver_raw(b'{"update_id":5,"n":1e999}')
        got = (await ask("getUpdates", offset=first.update_id + 1))["result"]
        assert [update.get("update_id") for update in got] == [first.update_id, None, 5]
        await ask("getUpdates", offset=6)
        await api.drained(0)


async def test_taps_are_forgotten_after_150_seconds_and_messages_after_a_day() -> None:
    clock = Clock()
    async with talking(clock=clock) as (api, ask):
        await ask("sendMessage", chat_id=1, text="q", reply_markup=keyboard({"text": "x", "callback_data": "a"}))
        await api.user(1).taps("x")
        await api.user(1).says("y")
        clock.now += 151
        assert ["message" in update for update in (await ask("getUpdates"))["result"]] == [True]
        clock.now += 24 * 3600
        assert (await ask("getUpdates"))["result"] == []


class Hook:
    """A webhook that answers as `answers` tells for a text, and keeps what came.

    `together`: it answers nobody before so many have been there at once.
    """

    def __init__(self) -> None:
        self.together = 1
        self._met = asyncio.Event()
        self.got: list[str] = []
        self.secrets: set[str] = set()
        self.answers: dict[str, list[web.Response]] = {}
        self.at_once = self.most_at_once = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        update = json.loads(await request.read())
        text = update["message"]["text"] if "message" in update else update["callback_query"]["data"]
        self.got.append(text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.most_at_once >= self.together:
            self._met.set()
        await self._met.wait()
        await asyncio.sleep(0.01)
        self.at_once -= 1
        return self.answers[text].pop(0) if self.answers.get(text) else web.Response()


@asynccontextmanager
async def hooked(max_connections: int = 40, **options: Any) -> AsyncIterator[tuple[BotApi, Hook]]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with BotApi(secret="s", **options) as api:
        await api.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/", max_connections=max_connections)
        yield api, hook
    await runner.cleanup()


async def test_a_failing_head_blocks_its_queue_only() -> None:
    async with hooked() as (api, hook):
        hook.answers["1a"] = [web.Response(status=500), web.Response(status=503), web.Response(status=302)]
        for text in ("1a", "1b"):
            await api.user(1).says(text)
        await api.user(2).says("2a")
        api.user(1).chat.started = True
        await api.user(1).taps("tap", message_id=1)
        await api.drained()
        assert [text for text in hook.got if text[0] == "1"] == ["1a", "1a", "1a", "1a", "1b"]
        assert max(hook.got.index("2a"), hook.got.index("tap")) < hook.got.index("1b")
        assert hook.secrets == {"s"}


async def test_webhook_honours_retry_after() -> None:
    async with hooked(delay_scale=0.01) as (api, hook):
        hook.answers["a"] = [web.Response(status=429, headers={"Retry-After": "20"})]
        before = asyncio.get_running_loop().time()
        await api.user(1).says("a")
        await api.drained()
        assert asyncio.get_running_loop().time() - before >= 0.2
        assert hook.got == ["a", "a"]


async def test_webhook_connections_are_limited_and_answers_are_executed() -> None:
    async with hooked(max_connections=2) as (api, hook):
        hook.together = 2
        hook.answers["3"] = [web.json_response({"method": "sendMessage", "chat_id": 3, "text": "ok"})]
        for n in range(1, 9):
            await api.user(n).says(str(n))
        await api.drained()
        assert hook.most_at_once == 2
        assert api.user(3).screen().text == "ok"
        assert api.called("sendMessage", chat=3)[0].via == "webhook"


async def test_webhook_twice_shuffled_and_again() -> None:
    async with hooked(deliver_twice=True, shuffle=random.Random(1)) as (api, hook):
        updates = [await api.user(n).says(f"{n}{m}") for m in range(3) for n in range(1, 5)]
        await api.drained()
        for n in "1234":
            assert [text for text in hook.got if text[0] == n] == [f"{n}{m}" for m in "001122"]
        assert hook.got != sorted(hook.got, key=lambda text: (text[1], text[0]))
        api.redeliver(updates[0].update_id)
        await api.drained()
        assert hook.got[-1] == "10"


async def test_what_waited_in_polling_goes_to_a_webhook_raw_updates_too() -> None:
    async with hooked() as (api, hook):
        url = api.webhook.hook.url
        await api.set_webhook("")
        await api.user(1).says("waited")
        await api.set_webhook(url)
        await api.user(2).says("lone \ud800")
        deep = b'{"update_id":1,"message":{"text":"deep","x":' + b"[" * 500 + b"]" * 500 + b"}}"
        api.deliver_raw(deep)
        await api.drained()
        assert sorted(hook.got) == ["deep", "lone \ud800", "waited"]
