"""A little bot on aiogram, by polling and by webhook. Imported by the tests that run it alone: it takes seconds."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.methods import SendMessage
from aiogram.types import BufferedInputFile as File
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from . import BotApi
from .files import LONG_JPEG

SECRET = "s3cret_-"


class Form(StatesGroup):
    kind = State()
    photo = State()


def dispatcher() -> Dispatcher:
    """A little bot with states, buttons, an edit, downloads and an album."""
    dp = Dispatcher()
    albums: dict[str, int] = {}

    @dp.message(Command("start"))
    async def start(message: Message, state: FSMContext) -> None:
        await state.set_state(Form.kind)
        buttons = [InlineKeyboardButton(text=text, callback_data=f"kind:{text}") for text in ("国土", "教育")]
        await message.answer(
            "<b>请选择</b>", reply_markup=InlineKeyboardMarkup(inline_keyboard=[buttons]), parse_mode="HTML"
        )

    @dp.callback_query(Form.kind, F.data.startswith("kind:"))
    async def choose(query: CallbackQuery, state: FSMContext) -> None:
        await state.set_state(Form.photo)
        await query.answer("好的")
        assert isinstance(query.message, Message)
        await query.message.edit_text(f"已选 {(query.data or '')[5:]}，请发照片")

    @dp.message(F.media_group_id)
    async def album(message: Message) -> None:
        group = str(message.media_group_id)
        albums[group] = albums.get(group, 0) + 1
        if albums[group] == 3:
            pictures = [InputMediaPhoto(media=File(LONG_JPEG, "a.jpg"), caption=str(n)) for n in range(2)]
            await message.answer_media_group(list(pictures))

    @dp.message(Form.photo, F.photo)
    async def photo(message: Message, bot: Bot) -> None:
        assert message.photo
        data = await bot.download(message.photo[-1].file_id)
        await message.answer(f"收到 {len(data.read() if data else b'')} 字节")

    @dp.message()
    async def other(message: Message) -> SendMessage:
        return SendMessage(chat_id=message.chat.id, text=f"echo {message.text}")

    return dp


def aiogram_bot(api: BotApi) -> Bot:
    return Bot(api.token, AiohttpSession(api=TelegramAPIServer.from_base(api.url)))


@asynccontextmanager
async def polling(api: BotApi) -> AsyncIterator[Bot]:
    bot, dp = aiogram_bot(api), dispatcher()
    task = asyncio.create_task(dp.start_polling(bot, handle_signals=False, polling_timeout=1, close_bot_session=False))
    try:
        yield bot
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bot.session.close()


@asynccontextmanager
async def webhook(api: BotApi, background: bool = False) -> AsyncIterator[Bot]:
    bot, app = aiogram_bot(api), web.Application()
    SimpleRequestHandler(dispatcher(), bot, handle_in_background=background, secret_token=SECRET).register(app, "/hook")
    runner = web.AppRunner(app)
    await runner.setup()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        await web.SockSite(runner, listener).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        try:
            await bot.set_webhook(url, secret_token=SECRET, allowed_updates=["message", "callback_query"])
            yield bot
        finally:
            await bot.delete_webhook()
            await runner.cleanup()
            await bot.session.close()
