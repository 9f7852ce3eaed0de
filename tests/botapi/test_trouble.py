"""Faults on demand, the real pace, and the fake as a process of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from .files import TINY_JPEG
from .harness import Clock, keyboard, talking
from .looking import PATIENCE_SECONDS

pytestmark = pytest.mark.asyncio


async def test_faults_on_demand() -> None:
    async with talking() as (api, ask):
        api.fault("sendMessage", status=429, retry_after=4, times=2, chat=2)
        assert (await ask("sendMessage", chat_id=1, text="a"))["ok"]
        for _ in range(2):
            assert (await ask("sendMessage", chat_id=2, text="b"))["parameters"] == {"retry_after": 4}
        assert (await ask("sendMessage", chat_id=2, text="b"))["description"] == "Bad Request: chat not found"
        api.fault("sendMessage", drop="before")
        api.fault("sendMessage", drop="after")
        for text, executed in (("before", False), ("after", True)):
            with pytest.raises(ClientError):
                await ask("sendMessage", chat_id=1, text=text)
            assert api.calls[-1].executed is executed
        api.fault("sendMessage", hang=0.2)
        calls = len(api.calls)
        late = asyncio.create_task(ask("sendMessage", chat_id=1, text="late"))
        await api.world.pulse.until(lambda: len(api.calls) > calls, PATIENCE_SECONDS)
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        await asyncio.sleep(0.3)  # it would have had its effect by then
        api.fault("*", status=500, executed=True)
        assert (await ask("sendMessage", chat_id=1, text="unknown"))["error_code"] == 500
        assert [screen.text for screen in api.user(1).history()] == ["a", "after", "unknown"]


async def test_pace_is_the_real_one() -> None:
    clock = Clock()
    async with talking(clock=clock, pace=True) as (api, ask):
        api.group(-5)

        async def sends(chat: int, times: int) -> int:
            return sum([(await ask("sendMessage", chat_id=chat, text="a"))["ok"] for _ in range(times)])

        assert await sends(1, 5) == 3
        refused = await ask("sendMessage", chat_id=1, text="a")
        assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})
        clock.now += 1
        assert await sends(1, 2) == 1
        clock.now += 10
        in_group = 0
        for _ in range(40):
            in_group += await sends(-5, 1)
            clock.now += 1
        assert in_group == 20 + 40 // 3
        for n in range(100, 140):
            api.user(n, started=True)
        assert sum([await sends(n, 1) for n in range(100, 140)]) == 30


async def test_standalone_process_is_controlled_over_http(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(TINY_JPEG)
    package = __package__ or ""
    root = Path(__file__).parents[package.count(".") + 1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", package, "--port", "0", cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        url = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)).decode().split()[3].rstrip(",")
        async with ClientSession() as http:

            async def post(path: str, /, **body: Any) -> Any:
                async with http.post(url + path, json=body) as answer:
                    return await answer.json()

            await post("/control/say", chat=1, text="hi", language_code="en")
            await post("/control/photo", chat=1, path=str(tmp_path / "p.jpg"))
            await post(
                "/bot42:TEST/sendMessage",
                chat_id=1,
                text="q",
                reply_markup=keyboard({"text": "x", "callback_data": "d"}),
            )
            await post("/control/tap", chat=1, data="x")
            await post("/control/faults", method="sendMessage", status=403)
            assert (await post("/bot42:TEST/sendMessage", chat_id=1, text="r"))["error_code"] == 403
            assert "no button" in (await post("/control/tap", chat=1, data="y"))["error"]
            updates = (await post("/bot42:TEST/getUpdates"))["result"]
            assert [sorted(update)[0] for update in updates] == ["message", "message", "callback_query"]
            async with http.get(f"{url}/control/messages?chat=1") as answer:
                shown = [(one["text"], one["kind"], one["buttons"]) for one in await answer.json()]
            assert shown == [("hi", "text", []), ("", "photo", []), ("q", "text", [["x"]])]
    finally:
        process.terminate()
        await process.communicate()  # to the end of its output: then the pipe is closed too
