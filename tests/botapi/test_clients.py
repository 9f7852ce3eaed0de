"""Clients that are not ours run against the fake: aiogram both ways, python-telegram-bot every method."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import pytest
import telegram
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from . import BotApi, User
from .files import LONG_JPEG
from .looking import PATIENCE_SECONDS

pytestmark = pytest.mark.asyncio

TOKEN = "42:TEST"
PTB_TIMES = ("read_timeout", "write_timeout", "connect_timeout", "pool_timeout")


async def conversation(api: BotApi, user: User) -> None:
    await user.says("/start")
    screen = await user.waits_for("请选择")
    assert screen.buttons == [["国土", "教育"]]
    await user.taps("教育")
    edited = await user.waits_for("已选 教育")
    assert edited.message_id == screen.message_id
    assert edited.buttons == []
    assert user.notices == ["好的"]
    await user.sends_photo(LONG_JPEG)
    await user.waits_for(f"收到 {len(LONG_JPEG)} 字节")
    await user.sends_album([LONG_JPEG, LONG_JPEG + b"2", LONG_JPEG + b"3"])
    await user.waits_for(lambda screen: screen.kind == "photo" and screen.text == "1")
    await user.says("再见")
    await user.waits_for("echo 再见")
    await api.drained()
    assert api.oddities == []


async def test_aiogram_runs_by_polling() -> None:
    from .aiogram_bot import polling

    async with BotApi() as api, polling(api):
        await conversation(api, api.user(id=1001))


@pytest.mark.parametrize("background", [False, True])
async def test_aiogram_runs_by_webhook(background: bool) -> None:
    from .aiogram_bot import webhook

    async with BotApi() as api, webhook(api, background):
        await conversation(api, api.user(id=1001))
        via = {call.via for call in api.called("sendMessage")}
        assert via == ({"http"} if background else {"http", "webhook"})


async def test_aiogram_webhook_refuses_the_wrong_secret() -> None:
    from .aiogram_bot import webhook

    async with BotApi(secret="wrong") as api, webhook(api) as bot:
        await api.set_webhook((await bot.get_webhook_info()).url)
        await api.user(id=1).says("hello")
        with pytest.raises(TimeoutError):
            await api.drained(0.2)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "401" not in str((await bot.get_webhook_info()).last_error_message):
                await asyncio.sleep(0.02)
        assert api.pending == 1


async def test_every_update_twice_and_out_of_order_is_still_every_update() -> None:
    from .aiogram_bot import polling

    async with BotApi(deliver_twice=True, shuffle=random.Random(7)) as api, polling(api):
        users = [api.user(id=n) for n in range(1, 6)]
        for word in ("a", "b"):
            for user in users:
                await user.says(word)
        await api.drained()
        for user in users:
            await user.waits_for(lambda _, user=user: len(user.history()) == 6)
            said = [screen.text for screen in user.history() if screen.from_bot]
            assert sorted(said) == ["echo a", "echo a", "echo b", "echo b"]


async def test_aiogram_raises_its_own_errors() -> None:
    from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError

    from .aiogram_bot import aiogram_bot

    async with BotApi() as api:
        bot = aiogram_bot(api)
        api.user(id=1, started=True)
        api.fault("sendMessage", status=429, retry_after=7)
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(1, "x")
        assert caught.value.retry_after == 7
        api.fault("sendMessage", status=500)
        with pytest.raises(TelegramServerError):
            await bot.send_message(1, "x")
        api.fault("sendMessage", drop="after")
        with pytest.raises(TelegramNetworkError):
            await bot.send_message(1, "only once")
        assert [screen.text for screen in api.user(1).history()] == ["only once"]
        await bot.session.close()


@asynccontextmanager
async def ptb(api: BotApi) -> AsyncIterator[telegram.Bot]:
    request, for_updates = (HTTPXRequest(**dict.fromkeys(PTB_TIMES, PATIENCE_SECONDS)) for _ in range(2))
    async with telegram.Bot(
        TOKEN, f"{api.url}/bot", f"{api.url}/file/bot", request=request, get_updates_request=for_updates
    ) as bot:
        yield bot


async def test_ptb_receives_every_kind() -> None:
    async with BotApi() as api, ptb(api) as bot:
        user = api.user(id=5)
        await user.sends_voice(b"OggS")
        await user.sends_location(30.6, 114.3)
        await user.sends_contact("+8613800000000")
        await user.sends_video(b"mp4")
        await user.sends_document(b"%PDF", "a.pdf", "application/pdf")
        updates = await bot.get_updates(timeout=0, allowed_updates=telegram.Update.ALL_TYPES)
        assert [update.update_id for update in updates] == list(range(updates[0].update_id, updates[0].update_id + 5))
        last = updates[-1].message
        assert last is not None
        assert last.document is not None
        assert bytes(await (await last.document.get_file()).download_as_bytearray()) == b"%PDF"
        assert not await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
        assert api.oddities == []


async def test_ptb_calls_every_method() -> None:
    async with BotApi() as api, ptb(api) as bot:
        user = api.user(id=5, started=True)
        button = telegram.InlineKeyboardButton("tap", callback_data="x" * 64)
        sent = await bot.send_message(5, "a", reply_markup=telegram.InlineKeyboardMarkup([[button]]))
        await user.taps("tap")
        query = (await bot.get_updates())[0].callback_query
        assert query
        assert await query.answer("ok", show_alert=True)
        edited = await bot.edit_message_text("b", 5, sent.message_id)
        assert isinstance(edited, telegram.Message)
        assert await bot.edit_message_reply_markup(
            5, sent.message_id, reply_markup=telegram.InlineKeyboardMarkup([[button]])
        )
        assert await bot.delete_message(5, sent.message_id)
        photo = await bot.send_photo(5, LONG_JPEG, caption="<i>p</i>", parse_mode="HTML")
        again = await bot.send_photo(5, photo.photo[-1].file_id)
        assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
        assert photo.caption_entities[0].type == "italic"
        document = await bot.send_document(5, BytesIO(b"text"), filename="a.txt", reply_to_message_id=photo.message_id)
        assert document.document
        assert document.document.file_name == "a.txt"
        await bot.send_voice(5, b"OggS")
        await bot.send_video(5, b"mp4")
        media = [telegram.InputMediaPhoto(LONG_JPEG), telegram.InputMediaPhoto(photo.photo[-1].file_id)]
        album = await bot.send_media_group(5, media, caption="c")
        assert len({message.media_group_id for message in album}) == 1
        await bot.send_location(5, 30.6, 114.3)
        assert await bot.send_chat_action(5, "typing")
        assert api.oddities == []


async def test_ptb_sets_up_the_bot() -> None:
    async with BotApi() as api, ptb(api) as bot:
        api.user(id=5, started=True)
        assert (await bot.get_me()).id == 42
        scope = telegram.BotCommandScopeChat(5)
        assert await bot.set_my_commands([("start", "Start")], scope, "en")
        assert (await bot.get_my_commands(scope, "en"))[0].command == "start"
        assert await bot.delete_my_commands(scope, "en")
        assert await bot.get_my_commands(scope, "en") == ()
        assert await bot.set_my_description("d", "en")
        assert await bot.set_my_short_description("s")
        assert await bot.set_my_name("n")
        assert (await bot.get_my_name("de")).name == "n"
        assert await bot.set_chat_menu_button(5, telegram.MenuButtonCommands())
        assert await bot.set_webhook("http://127.0.0.1:9/", secret_token="s")
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/"
        assert await bot.delete_webhook(drop_pending_updates=True)
        assert await bot.close()
        assert await bot.log_out()
        assert api.oddities == []


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_ptb_raises_its_own_errors() -> None:
    async with BotApi() as api, ptb(api) as bot:
        user = api.user(id=5)
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(5, "too early")
        await user.says("/start")
        with pytest.raises(BadRequest, match="Button_data_invalid"):
            await bot.send_message(
                5,
                "x",
                reply_markup=telegram.InlineKeyboardMarkup(
                    [[telegram.InlineKeyboardButton("x", callback_data="键" * 22)]]
                ),
            )
        api.fault("sendMessage", status=429, retry_after=3, chat=5)
        with pytest.raises(RetryAfter):
            await bot.send_message(5, "x")
        api.fault("sendMessage", status=502)
        api.fault("sendMessage", drop="before")
        for _ in range(2):
            with pytest.raises(NetworkError):
                await bot.send_message(5, "x")
        api.fault("sendMessage", malformed=True)
        with pytest.raises(TelegramError, match="Invalid server response"):  # which is no NetworkError
            await bot.send_message(5, "x")
        api.fault("sendMessage", hang=5)
        with pytest.raises(TimedOut):
            await bot.send_message(5, "x", read_timeout=0.1)
        await user.blocks_bot()
        with pytest.raises(Forbidden):
            await bot.send_message(5, "x")
        assert [screen.text for screen in user.history()] == ["/start"]
        await user.unblocks_bot()
        assert (await bot.send_message(5, "x")).text == "x"
