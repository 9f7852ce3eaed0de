"""The load, in a process of its own: `python -m benchmarks.load <port> <first chat> <complaints a connection>`.

Forty kept-alive connections, each playing one contact after another, one update at a time, as Telegram does. Written on
bare streams, so that the server is the slower side. Prints [began, ended] (monotonic seconds), then [ms, …].
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from benchmarks.servers import PATH, SECRET
from benchmarks.updates import in_turn

CONNECTIONS = 40


async def play(port: int, requests: Sequence[bytes]) -> list[float]:
    """Milliseconds to each answer. Raises when one is not 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        await answered(reader, b"200")
        took.append((time.perf_counter() - began) * 1e3)
    writer.close()
    return took


async def answered(reader: asyncio.StreamReader, status: bytes) -> tuple[bytes, bytes]:
    """Head and body of an answer. Raises RuntimeError where it has another status."""
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 " + status):
        raise RuntimeError(f"refused: {head[:60]!r}")
    return head, await reader.readexactly(_length(head))


def _length(head: bytes) -> int:
    _, there, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if there else 0


def _request(raw: bytes) -> bytes:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: mingcha.example\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


async def main(port: int, first: int, complaints: int) -> None:
    contacts = range(first, first + CONNECTIONS * complaints)
    talks = [[_request(raw) for raw in own] for own in in_turn(contacts, CONNECTIONS)]
    began = time.monotonic()
    took = await asyncio.gather(*(play(port, talk) for talk in talks))
    print(json.dumps([began, time.monotonic()]), flush=True)
    print(json.dumps([ms for one in took for ms in one]))


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
