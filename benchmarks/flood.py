"""One flood, in a process of its own: `python -m benchmarks.flood <kind> <port>`, until it is terminated.

packed (gzip bodies), pictures (of 2,000 scans), held (uploads of a byte every two seconds), garbage (frames that are
none), headers (that never end). All of it comes from 127.0.0.2, as from a stranger.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import sys

from aiohttp import ClientError, ClientSession, DummyCookieJar, TCPConnector
from PIL import Image

FROM = ("127.0.0.2", 0)
SCANS = 2_000
AGAIN_SECONDS = 1.0  # until whoever was sent away is there again
AT_ONCE = {"packed": 8, "pictures": 12, "held": 40, "garbage": 20, "headers": 3_000}


async def packed(session: ClientSession, base: str, n: int) -> None:
    body = gzip.compress(bytes(2**24))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded", "Origin": base}
    async with session.post(("/in", "/chat/upload")[n % 2], data=body, headers=headers) as answer:
        await answer.read()


def costly() -> bytes:
    """A progressive JPEG whose last scan stands there two thousand times."""
    out = io.BytesIO()
    Image.effect_noise((1_600, 1_200), 60).save(out, "JPEG", progressive=True, quality=60)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + min(SCANS, 18 * 2**20 // (len(whole) - last)) * whole[last:-2] + whole[-2:]


async def pictures(session: ClientSession, base: str, n: int) -> None:
    headers = {"Cookie": await _token(session, base, n), "Origin": base}
    while True:
        async with session.post("/chat/upload", data=io.BytesIO(_PICTURE[0]), headers=headers) as answer:
            await answer.read()


async def held(session: ClientSession, base: str, n: int) -> None:
    async def dripped():
        while True:
            yield b"x"
            await asyncio.sleep(2)

    headers = {"Cookie": await _token(session, base, n), "Origin": base}
    async with session.post("/chat/upload", data=dripped(), headers=headers) as answer:
        await answer.read()


async def garbage(session: ClientSession, base: str, n: int) -> None:
    headers = {"Cookie": await _token(session, base, n), "Origin": base}
    while True:
        async with session.ws_connect("/chat/ws", headers=headers) as socket:
            with contextlib.suppress(ConnectionError):
                while not socket.closed:
                    await socket.send_str("{")
        await asyncio.sleep(AGAIN_SECONDS)


async def headers(session: ClientSession, base: str, n: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]), local_addr=FROM)
    try:
        writer.write(b"GET /chat HTTP/1.1\r\n")
        while True:
            await asyncio.sleep(2)
            writer.write(b"X: 1\r\n")
            await writer.drain()
    finally:
        writer.close()


async def _token(session: ClientSession, base: str, n: int) -> str:
    """The cookie of a conversation that was begun."""
    async with session.get("/chat") as page:
        [cookie] = page.cookies.values()
    told = f"{cookie.key}={cookie.value}"
    async with session.ws_connect("/chat/ws", headers={"Cookie": told, "Origin": base}) as socket:
        await socket.send_json({"hello": 0, "id": f"flood-{n:08}"})
        async for message in socket:
            if '"ready"' in message.data:
                break
    return told


KINDS = {"packed": packed, "pictures": pictures, "held": held, "garbage": garbage, "headers": headers}
_PICTURE: list[bytes] = []


async def main(kind: str, port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    if kind == "pictures":
        _PICTURE.append(costly())
    connector = TCPConnector(limit=0, local_addr=FROM)
    async with ClientSession(base, connector=connector, cookie_jar=DummyCookieJar()) as session:

        async def again(n: int) -> None:
            while True:
                with contextlib.suppress(ClientError, OSError, RuntimeError, ValueError):
                    await KINDS[kind](session, base, n)
                await asyncio.sleep(AGAIN_SECONDS)

        await asyncio.gather(*map(again, range(AT_ONCE[kind])))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
