"""The pictures and files of a notice on Telegram: uploaded once, the text with its button at the end, nothing twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.build import Program
from channels.telegram.decode import CHANNEL
from services import notices
from tests.botapi import User
from tests.botapi.calls import Call
from tests.conftest import Clock, rows
from tests.drivers.notice_desk import TEXT, becomes_head, counts, picture, release, written
from tests.drivers.serving import Served, serving

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the wire alone
FIRST, SECOND = 1001, 1002
UPLOADS = {"sendPhoto", "sendDocument", "sendMediaGroup"}


@asynccontextmanager
async def heads(program: Program) -> AsyncIterator[tuple[Served, list[User]]]:
    """Two heads of units who have said /start."""
    async with serving(program) as served:
        people = [await served.person(FIRST), await served.person(SECOND)]
        for one, unit in zip(people, ("gtj", "jtj"), strict=True):
            becomes_head(program, CHANNEL, str(one.id), unit)
        yield served, people
        assert served.api.oddities == []


def with_files(served: Served) -> list[Call]:
    return [call for call in served.api.calls if call.method in UPLOADS]


def kinds(user: User, since: int) -> list[tuple[str, bool]]:
    """What came after this message: its kind, and whether the button stands under it."""
    new = [screen for screen in user.history() if screen.from_bot and screen.message_id > since]
    return [(screen.kind, "收到" in screen.labels) for screen in new]


async def over(served: Served, notice_id: str) -> dict[str, int]:
    await served.until(lambda: not {"queued", "sending"} & counts(served.program, notice_id).keys())
    return counts(served.program, notice_id)


async def test_a_picture_is_one_message_and_is_uploaded_once(program: Program) -> None:
    async with heads(program) as (served, people):
        last = [one.screen().message_id for one in people]
        notice_id, _ = await written(program, [(None, picture())])
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert [kinds(one, since) for one, since in zip(people, last, strict=True)] == [[("photo", True)]] * 2
        uploaded, known = with_files(served)
        assert not isinstance(uploaded.params.get("photo"), str), "the first recipient's call brings the bytes"
        sent = next(one for one in people if one.id == uploaded.chat_id).screen().raw["photo"][-1]["file_id"]
        assert known.params["photo"] == sent
        screen = people[0].screen()
        assert TEXT in screen.text
        assert "看完请点「收到」" in screen.text
        await people[0].taps("收到")
        await people[0].waits_for("已签收通知 N20261121-0001")
        assert counts(program, notice_id) == {"acknowledged": 1, "sent": 1}


async def test_a_file_keeps_its_chinese_name(program: Program) -> None:
    async with heads(program) as (served, people):
        last = people[0].screen().message_id
        notice_id, _ = await written(program, [('关于“停水”;的"通知".txt', "请备水".encode())])
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert kinds(people[0], last) == [("document", True)]
        assert {one.screen().raw["document"].get("file_name", "known") for one in people} == {
            "关于“停水”\uff1b的'通知'.txt",
            "known",
        }


async def test_an_album_comes_first_and_the_text_with_the_button_last(program: Program) -> None:
    async with heads(program) as (served, people):
        last = people[1].screen().message_id
        notice_id, _ = await written(program, [(None, picture(one)) for one in ("red", "green", "blue")])
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert kinds(people[1], last) == [("photo", False)] * 3 + [("text", True)]
        groups = [
            {screen.raw.get("media_group_id") for screen in one.history() if screen.kind == "photo"} for one in people
        ]
        assert [len(one) for one in groups] == [1, 1]
        first, second = with_files(served)
        assert [one["media"].partition(":")[0] for one in _media(first)] == ["attach"] * 3
        assert not any("attach" in one["media"] for one in _media(second)), "known by then"
        await people[1].taps("收到")
        await people[1].waits_for("已签收通知")


def _media(call: Call) -> list[dict[str, str]]:
    given = call.params["media"]
    return json.loads(given) if isinstance(given, str) else given


async def test_pictures_and_files_go_in_albums_of_their_kind(program: Program) -> None:
    async with heads(program) as (served, people):
        last = people[0].screen().message_id
        files = [("一.txt", b"one"), ("二.txt", b"two")]
        notice_id, _ = await written(program, [(None, picture()), *files], text="长" * 1_100)
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert kinds(people[0], last) == [("photo", False), ("document", False), ("document", False), ("text", True)]


async def test_a_picture_with_a_text_too_long_for_a_caption(program: Program) -> None:
    async with heads(program) as (served, people):
        last = people[0].screen().message_id
        notice_id, _ = await written(program, [(None, picture())], text="长" * 1_100)
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert kinds(people[0], last) == [("photo", False), ("text", True)]


async def test_a_long_picture_goes_out_as_a_document(program: Program) -> None:
    """Telegram refuses it as a photo (the fake does), or shrinks it until nobody can read it."""
    async with heads(program) as (served, people):
        last = [one.screen().message_id for one in people]
        long = picture(size=(1080, 12_000))
        notice_id, _ = await written(program, [(None, long)])
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert [kinds(one, since) for one, since in zip(people, last, strict=True)] == [[("document", True)]] * 2
        uploaded, known = with_files(served)
        sent = next(one for one in people if one.id == uploaded.chat_id).screen().raw["document"]
        assert sent["file_name"] == "photo.jpg"
        assert known.params["document"] == sent["file_id"]


async def test_long_pictures_stand_in_albums_of_documents(program: Program) -> None:
    async with heads(program) as (served, people):
        last = people[1].screen().message_id
        tall, wide = picture(size=(100, 260)), picture(size=(2100, 100))
        uploads = [(None, picture()), (None, picture("red")), (None, tall), (None, wide), ("一.txt", b"one")]
        notice_id, _ = await written(program, uploads)
        release(program, notice_id)
        assert await over(served, notice_id) == {"sent": 2}
        assert kinds(people[1], last) == [("photo", False)] * 2 + [("document", False)] * 3 + [("text", True)]
        albums = [_media(call) for call in with_files(served) if call.chat_id == SECOND]
        assert [[one["type"] for one in album] for album in albums] == [["photo"] * 2, ["document"] * 3]


async def test_whoever_blocked_the_bot_fails_and_the_others_get_it(program: Program) -> None:
    async with heads(program) as (served, people):
        last = people[1].screen().message_id
        notice_id, _ = await written(program, [(None, picture())])
        # blocked in the meantime, and Telegram has not told us yet
        served.api.fault("sendPhoto", status=403, chat=FIRST)
        release(program, notice_id)
        assert await over(served, notice_id) == {"failed": 1, "sent": 1}
        assert kinds(people[1], last) == [("photo", True)]
        told = program.acts.look(notices.progress, notice_id)
        assert told.reasons == {"contact_gone": 1}
        again = program.acts.by("clerk-1").transact(notices.again, notice_id)
        release(program, again)
        assert await over(served, again) == {"sent": 1}, "the same pieces, to the one who is still there"
        assert kinds(people[1], last) == [("photo", True)] * 2
        assert [call.chat_id for call in with_files(served)][-1] == SECOND


async def test_too_fast_in_the_middle_brings_the_rest_and_no_picture_twice(program: Program, clock: Clock) -> None:
    async with heads(program) as (served, people):
        last = [one.screen().message_id for one in people]
        notice_id, _ = await written(program, [(None, picture("red")), (None, picture("blue"))])
        served.api.fault("sendMessage", status=429, retry_after=1, chat=FIRST)
        release(program, notice_id)

        def sent() -> bool:
            clock.passes(seconds=0.1)  # what waits for another try waits by the program's clock
            return counts(program, notice_id) == {"sent": 2}

        await served.until(sent)
        whole = [("photo", False), ("photo", False), ("text", True)]
        assert [kinds(one, since) for one, since in zip(people, last, strict=True)] == [whole, whole]


async def test_a_piece_whose_copy_is_lost_is_told(program: Program) -> None:
    async with heads(program) as (served, _):
        notice_id, [stored] = await written(program, [(None, picture())])
        program.store.copy_path(stored.id).unlink()
        release(program, notice_id)
        assert await over(served, notice_id) == {"failed": 2}
        told = program.acts.look(notices.progress, notice_id)
        assert told.reasons == {"no_copy": 2}
        assert len([row for row in rows(program, "deliveries") if row["notice_id"]]) == 2


async def test_a_picture_that_telegram_does_not_take_is_told_by_its_reason(program: Program) -> None:
    async with heads(program) as (served, _):
        notice_id, _ = await written(program, [(None, picture())])
        served.api.fault("sendPhoto", status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS", times=2)
        release(program, notice_id)
        assert await over(served, notice_id) == {"failed": 2}
        told = program.acts.look(notices.progress, notice_id)
        assert told.reasons == {"400:picture": 2}
