"""Idle pages, in a process of their own: `python -m benchmarks.pages <port> <how many> <seconds>`.

Each has a cookie of its own, opens the conversation as the page does and then only says now and then that it is there.
Prints "open" as soon as all are, and how many still are after so many seconds. Where they come from is told by a
header, as a proxy does: five from each address.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

from aiohttp import ClientSession, ClientWebSocketResponse, DummyCookieJar, TCPConnector

BEAT_SECONDS = 25.0  # as chat.js has it
OPENING = 20  # at once


def address(n: int) -> str:
    return f"10.{n // 5 // 65536 % 256}.{n // 5 // 256 % 256}.{n // 5 % 256}"


async def opened(session: ClientSession, base: str, n: int) -> ClientWebSocketResponse:
    """An open page that has got all that there is for it. Raises RuntimeError where it is not let in."""
    headers = {"X-Forwarded-For": address(n)}
    async with session.get("/chat", headers=headers) as page:
        [cookie] = page.cookies.values()
    headers |= {"Cookie": f"{cookie.key}={cookie.value}", "Origin": base}
    socket = await session.ws_connect("/chat/ws", headers=headers)
    await socket.send_json({"hello": 0, "id": f"page-{n:08}", "language": "zh"})
    last = 0
    async for message in socket:
        said = json.loads(message.data)
        last = said["letter"]["id"] if "letter" in said else last
        if said.get("ready"):
            await socket.send_json({"got": last})
            return socket
    raise RuntimeError(f"page {n} was not let in")


async def idle(socket: ClientWebSocketResponse) -> None:
    beats = asyncio.create_task(_beat(socket))
    async for _ in socket:  # answers pings too
        pass
    beats.cancel()


async def _beat(socket: ClientWebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await socket.send_json({"beat": 1})


async def main(port: int, many: int, seconds: float) -> None:
    base, gate = f"http://127.0.0.1:{port}", asyncio.Semaphore(OPENING)
    async with ClientSession(base, connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar()) as session:

        async def one(n: int) -> ClientWebSocketResponse:
            async with gate:
                return await opened(session, base, n)

        sockets = await asyncio.gather(*map(one, range(many)))
        waits = [asyncio.create_task(idle(socket)) for socket in sockets]
        print(json.dumps("open"), flush=True)
        await asyncio.sleep(seconds)
        print(json.dumps(sum(not socket.closed for socket in sockets)), flush=True)
        for task in waits:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
