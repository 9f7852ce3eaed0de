"""python-telegram-bot: a ConversationHandler, its state in `user_data`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest
from telegram.warnings import PTBUserWarning

from benchmarks.rivals.reports import Reports

UNIT, WINDOW, CATEGORY, WHAT, STAFF, HAPPENED, EVIDENCE, IDENTITY, REVIEW = range(9)
Context = ContextTypes.DEFAULT_TYPE
TYPED = filters.TEXT & ~filters.COMMAND


class Bot:
    """The conversation. `answers` False leaves every reply out: the strictest comparison for us."""

    def __init__(self, reports: Reports, *, answers: bool) -> None:
        self._reports = reports
        self._answers = answers

    def application(self) -> Application[Any, Any, Any, Any, Any, Any]:
        builder = ApplicationBuilder().token("42:x").request(AtOnce()).get_updates_request(AtOnce())
        application = builder.build()
        application.add_handler(self._conversation())
        return application

    def _conversation(self) -> ConversationHandler[Context]:
        tapped, typed = CallbackQueryHandler, lambda then: MessageHandler(TYPED, then)
        unit, window, category = (
            self._kept("unit", WINDOW),
            self._kept("window", CATEGORY),
            self._kept("category", WHAT),
        )
        what, staff, happened = (
            self._kept("what", STAFF),
            self._kept("staff", HAPPENED),
            self._kept("happened", EVIDENCE),
        )
        evidence, identity = self._kept("evidence", IDENTITY), self._kept("identity", REVIEW)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)  # per_message=False is meant
            return ConversationHandler(
                entry_points=[CommandHandler("complaint", self._begin)],
                states={
                    UNIT: [typed(unit), tapped(unit)],
                    WINDOW: [tapped(window), typed(window)],
                    CATEGORY: [tapped(category), typed(category)],
                    WHAT: [typed(what)],
                    STAFF: [typed(staff), tapped(staff)],
                    HAPPENED: [typed(happened), tapped(happened)],
                    EVIDENCE: [tapped(evidence), MessageHandler(filters.PHOTO, evidence)],
                    IDENTITY: [tapped(identity)],
                    REVIEW: [tapped(self._submit)],
                },
                fallbacks=[CommandHandler("cancel", self._cancel)],
            )

    async def _begin(self, update: Update, context: Context) -> int:
        _data(context).clear()
        await self._say(update, "您要投诉哪个单位？")
        return UNIT

    def _kept(self, field: str, then: int) -> Callable[[Update, Context], Any]:
        async def step(update: Update, context: Context) -> int:
            query, message = update.callback_query, update.effective_message
            if query is not None and self._answers:
                await query.answer()
            _data(context)[field] = query.data if query is not None else message.text if message else None
            await self._say(update, "好的。下一个问题")
            return then

        return step

    async def _submit(self, update: Update, context: Context) -> int:
        chat = update.effective_chat
        self._reports.add(chat.id if chat else 0, _data(context))
        if update.callback_query is not None and self._answers:
            await update.callback_query.answer()
        await self._say(update, "已收到")
        return ConversationHandler.END

    async def _cancel(self, update: Update, context: Context) -> int:
        await self._say(update, "已取消")
        return ConversationHandler.END

    async def _say(self, update: Update, text: str) -> None:
        if self._answers and update.effective_chat is not None:
            await update.effective_chat.send_message(text)


class AtOnce(BaseRequest):
    """A Bot API that answers without a network."""

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, *_: Any, **__: Any) -> tuple[int, bytes]:
        return 200, ANSWERS.get(url.rpartition("/")[2], b'{"ok":true,"result":true}')


ANSWERS = {
    "getMe": b'{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Mingcha","username":"mingcha_bot"}}',
    "sendMessage": b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}',
}


def _data(context: Context) -> dict[str, Any]:
    return context.user_data if context.user_data is not None else {}


async def feed(application: Application[Any, Any, Any, Any, Any, Any], raw: bytes) -> None:
    """What its webhook and polling do with an update."""
    await application.process_update(Update.de_json(json.loads(raw), application.bot))
