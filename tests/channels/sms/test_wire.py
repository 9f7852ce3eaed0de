"""A line that breaks: whether the carrier has taken the message is not known, and it is not sent again unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from channels.sms.aliyun import Aliyun
from channels.sms.carrier import Carrier, Refused
from channels.sms.forms import Form
from channels.sms.kannel import Kannel
from channels.sms.wire import Silent, Wire


@asynccontextmanager
async def breaking(answer: bytes = b"") -> AsyncIterator[tuple[str, list[bytes]]]:
    """Takes a request, says this much, and hangs up. Its address, and what it was asked."""
    asked: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 202 OK\r\nContent-Length: 9\r\n\r\n0:"])
@pytest.mark.parametrize("kind", ["kannel", "aliyun"])
async def test_a_message_in_doubt_is_asked_for_once(kind: str, answer: bytes) -> None:
    async with breaking(answer) as (url, asked):
        kannel = Kannel(f"{url}/cgi-bin/sendsms", "u", "p", "", "http://127.0.0.1:1", "s")
        ours: Carrier = kannel if kind == "kannel" else Aliyun(url, "k", "s", "市效能办", {"short": "SMS_1"}, {})
        told = await ours.send("+8613800138000", "您好", "7", Form("short", "您好", {}))
        await ours.close()
    assert isinstance(told, Refused)
    assert (told.code, told.again, told.unknown, told.down) == ("no_answer", True, True, True)
    assert len(asked) == 1


async def test_nobody_there_has_heard_nothing() -> None:
    async with breaking() as (url, _):
        pass
    wire = Wire()
    with pytest.raises(Silent) as silent:
        await wire.ask("GET", url)
    await wire.close()
    assert not silent.value.heard
