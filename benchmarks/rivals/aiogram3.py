"""aiogram 3: a router with states, kept by MemoryStorage."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, Message

from benchmarks.rivals.reports import Reports


class Asked(StatesGroup):
    unit, window, category, what, staff, happened, evidence, identity, review = (State() for _ in range(9))


def dispatcher(reports: Reports) -> Dispatcher:
    """The conversation, without a reply: the strictest comparison for us."""
    router = Router()

    @router.message(Command("complaint"))
    async def begin(message: Message, state: FSMContext) -> None:
        await state.set_data({})
        await state.set_state(Asked.unit)

    router.message(Asked.unit, F.text)(_typed("unit", Asked.window))
    router.callback_query(Asked.window)(_tapped("window", Asked.category))
    router.callback_query(Asked.category)(_tapped("category", Asked.what))
    router.message(Asked.what, F.text)(_typed("what", Asked.staff))
    router.message(Asked.staff, F.text)(_typed("staff", Asked.happened))
    router.callback_query(Asked.staff)(_tapped("staff", Asked.happened))
    router.message(Asked.happened, F.text)(_typed("happened", Asked.evidence))
    router.callback_query(Asked.happened)(_tapped("happened", Asked.evidence))
    router.callback_query(Asked.evidence)(_tapped("evidence", Asked.identity))
    router.callback_query(Asked.identity)(_tapped("identity", Asked.review))

    @router.callback_query(Asked.review)
    async def submit(query: CallbackQuery, state: FSMContext) -> None:
        reports.add(query.from_user.id, await state.get_data())
        await state.clear()

    made = Dispatcher(storage=MemoryStorage())
    made.include_router(router)
    return made


def _typed(field: str, then: State) -> Callable[[Message, FSMContext], Awaitable[None]]:
    async def step(message: Message, state: FSMContext) -> None:
        await state.update_data({field: message.text})
        await state.set_state(then)

    return step


def _tapped(field: str, then: State) -> Callable[[CallbackQuery, FSMContext], Awaitable[None]]:
    async def step(query: CallbackQuery, state: FSMContext) -> None:
        await state.update_data({field: query.data})
        await state.set_state(then)

    return step


def bot() -> Bot:
    return Bot("42:" + "x" * 35)


async def feed(made: Dispatcher, by: Bot, raw: bytes) -> Any:
    return await made.feed_raw_update(by, json.loads(raw))
