"""Others sending the same messages, 30 at once: `python -m benchmarks.out.rivals <who> <port> <messages>`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

from benchmarks.out.api import TOKEN

AT_ONCE = 30
TEXT = "您的投诉 20261121-0001 已受理。我们会在五个工作日内答复。"
Send = Callable[[int], Awaitable[object]]


async def ptb(url: str, run: Callable[[Send], Awaitable[None]]) -> None:
    """python-telegram-bot with its own HTTP client, and room for 30 connections."""
    from telegram import Bot
    from telegram.request import HTTPXRequest

    request = HTTPXRequest(connection_pool_size=AT_ONCE, pool_timeout=30)
    async with Bot(TOKEN, base_url=f"{url}/bot", request=request) as bot:
        await run(lambda chat: bot.send_message(chat, TEXT))


async def aiogram(url: str, run: Callable[[Send], Awaitable[None]]) -> None:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    await run(lambda chat: bot.send_message(chat, TEXT))
    await bot.session.close()


async def bare(url: str, run: Callable[[Send], Awaitable[None]]) -> None:
    """An aiohttp client that knows nothing of Telegram."""
    from aiohttp import ClientSession, TCPConnector

    async with ClientSession(connector=TCPConnector(limit=AT_ONCE)) as session:

        async def send(chat: int) -> None:
            body = {"chat_id": chat, "text": TEXT}
            async with session.post(f"{url}/bot{TOKEN}/sendMessage", json=body) as answer:
                await answer.json()

        await run(send)


async def measured(who: str, port: int, messages: int) -> float:
    """Messages a second."""
    found = 0.0

    async def run(send: Send) -> None:
        nonlocal found
        await _each(send, AT_ONCE * 2)
        began = time.perf_counter()
        await _each(send, messages)
        found = messages / (time.perf_counter() - began)

    await WHO[who](f"http://127.0.0.1:{port}", run)
    return found


async def _each(send: Send, messages: int) -> None:
    chats = iter(range(1, messages + 1))

    async def sender() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))


WHO = {"ptb": ptb, "aiogram": aiogram, "bare": bare}

if __name__ == "__main__":
    print(json.dumps({"per_second": asyncio.run(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))}))
