"""A neighbour of a flood: `python -m benchmarks.neighbour <port> <seconds>`.

Four pages of the web chat say something in turn, each a few times a second. Prints the ms to each answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from aiohttp import ClientSession, ClientWebSocketResponse, DummyCookieJar, TCPConnector

from benchmarks.pages import opened

PAGES = 4
PAUSE_SECONDS = 0.4  # between an answer and what is said next: no page may say more than three a second


async def talk(socket: ClientWebSocketResponse, page: int, until: float) -> list[float]:
    took: list[float] = []
    while time.monotonic() < until:
        began = time.perf_counter()
        await socket.send_json({"say": "/help", "id": f"turn-{page}-{len(took):06}"})
        while "letter" not in await socket.receive_json(timeout=30):
            pass
        took.append((time.perf_counter() - began) * 1e3)
        await asyncio.sleep(PAUSE_SECONDS)
    return took


async def main(port: int, seconds: float) -> None:
    base = f"http://127.0.0.1:{port}"
    async with ClientSession(base, connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar()) as session:
        pages = [await opened(session, base, n) for n in range(PAGES)]
        until = time.monotonic() + seconds
        took = await asyncio.gather(*(talk(socket, n, until) for n, socket in enumerate(pages)))
    print(json.dumps([ms for one in took for ms in one]))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
