"""Both flows as a person lives them on Telegram, by polling and by webhook, on both databases."""

from __future__ import annotations

import io
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import av
import pytest

from bot.build import Program
from conversation.messages import Body, Button, Say
from services import deliveries, evidence
from services.people import Role, issue_link
from tests.botapi import BotApi, User
from tests.botapi.chats import Screen
from tests.conftest import rows
from tests.drivers.serving import Mode, Served, photo, serving

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter


def voice() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=4800)
        frame.sample_rate = 48000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return out.getvalue()


@pytest.fixture(params=("polling", "webhook"))
async def served(request: pytest.FixtureRequest, program: Program) -> AsyncIterator[Served]:
    mode: Mode = request.param
    async with serving(program, mode) as everything:
        yield everything
        assert everything.api.oddities == []


def copied(screen: Screen) -> list[str]:
    """What one tap on the message copies: Telegram counts in UTF-16 units."""
    text = screen.text.encode("utf-16-le")
    spans = [(2 * one["offset"], 2 * one["length"]) for one in screen.raw["entities"] if one["type"] == "code"]
    return [text[start : start + long].decode("utf-16-le") for start, long in spans]


async def pieces_kept(served: Served, number: int) -> list[dict[str, object]]:
    """Waits until so many pieces of evidence are no longer on their way."""
    await served.until(
        lambda: [row["state"] != evidence.WAITING for row in rows(served.program, "evidence")] == [True] * number
    )
    return rows(served.program, "evidence")


async def what_is_asked(served: Served) -> User:
    """Somebody in the middle of a complaint."""
    citizen = await served.person()
    for said, heard in (("/complain", "unit"), ("unit_unknown", "category"), ("category_rude", "what")):
        await citizen.says(said if said.startswith("/") else served.words(f"complaint.{said}"))
        await citizen.waits_for(served.words(f"complaint.{heard}"))
    return citizen


async def test_a_citizen_complains_with_an_album_and_a_voice_message(served: Served) -> None:
    words = served.words
    citizen = await served.person()
    await citizen.taps(words("common.menu_complain"))
    asked = await citizen.waits_for(words("complaint.unit"))
    assert "(1 / " in asked.text
    await citizen.says("gtj")
    await citizen.waits_for(lambda screen: "市国土局·办证窗口" in screen.labels)
    await citizen.taps("市国土局·办证窗口")
    await citizen.waits_for(words("complaint.category"))
    await citizen.says(words("complaint.category_rude"))  # the label, typed
    await citizen.waits_for(words("complaint.what"))
    await citizen.says("周二上午十点到窗口，等了两个小时没有人理 😤")
    await citizen.waits_for(words("complaint.staff"))
    await citizen.taps(words("common.act_skip"))
    await citizen.waits_for(words("complaint.happened"))
    await citizen.says("昨天下午三点")
    await citizen.waits_for(words("complaint.evidence"))
    await citizen.sends_album([photo(n) for n in range(4)])
    await citizen.waits_for(words("common.received_so_far", count=4))
    await citizen.sends_voice(voice())
    await citizen.waits_for(words("common.received_so_far", count=5))
    await citizen.taps(words("common.act_done"))
    await citizen.waits_for(words("complaint.identity"))
    await citizen.taps(words("complaint.identity_anonymous"))
    review = await citizen.waits_for(words("common.review"))
    assert "11月20日 周五 15:00" in review.text
    await citizen.taps(words("common.act_submit"))
    done = await citizen.waits_for("20261121-9248")
    receipt = re.search(r"(\w{4}-){3}\w{4}", done.text)
    assert receipt
    assert copied(done) == ["20261121-9248", receipt[0]]
    await citizen.taps(words("common.receipt"))
    paper = await citizen.waits_for(lambda screen: screen.kind == "document")
    assert paper.raw["document"]["file_name"] == "20261121-9248.pdf"
    assert "谁都可以核验真假" in paper.text
    found = await pieces_kept(served, 5)
    assert sorted(str(row["kind"]) for row in found) == ["photo"] * 4 + ["voice"]
    assert {row["state"] for row in found} == {evidence.KEPT}
    [case] = rows(served.program, "cases")
    assert case["what"] == "周二上午十点到窗口，等了两个小时没有人理 😤"
    assert rows(served.program, "quarantine") == []


async def test_a_supervisor_is_bound_by_a_link_and_files_a_spot_check(served: Served) -> None:
    words = served.words
    program = served.program
    grant = next(row for row in rows(program, "grants") if row["role"] == Role.SUPERVISOR)
    code = program.acts.by("clerk").transact(issue_link, str(grant["person_id"]), timedelta(days=1))
    supervisor = served.api.user(2002)
    await supervisor.says("/check")
    await supervisor.waits_for("没有")  # a stranger learns nothing of it
    await supervisor.says(f"/start k-{code}")
    await supervisor.waits_for(words("menu.role_supervisor"))
    await supervisor.says("/check@fake_test_bot")
    choose = await supervisor.waits_for(words("visit.unit"))
    await supervisor.taps(choose.labels[0])
    await supervisor.waits_for(words("visit.window"))
    await supervisor.taps(words("common.act_skip"))
    await supervisor.waits_for(words("visit.method"))
    await supervisor.taps(words("visit.method_simulate"))
    await supervisor.waits_for(words("visit.order"))
    await supervisor.taps(words("visit.order_unattended"))
    await supervisor.waits_for(lambda screen: any(label.startswith("✓") for label in screen.labels))
    await supervisor.says("大厅的灯坏了一半")
    await supervisor.waits_for("大厅的灯坏了一半")
    await supervisor.taps(words("common.act_done"))
    for block in ("games", "systems", "difficulties", "service"):
        await supervisor.waits_for(words(f"visit.{block}"))
        await supervisor.taps(words("common.act_done"))
    await supervisor.waits_for(words("visit.evidence"))
    await supervisor.sends_photo(photo(), "门口")
    await supervisor.waits_for(words("common.received_so_far", count=1))
    await supervisor.taps(words("common.act_done"))
    await supervisor.waits_for(words("visit.waited"))
    await supervisor.says("25")
    await supervisor.waits_for(words("visit.place"))
    await supervisor.sends_location(25.83, 114.93)
    await supervisor.waits_for(words("visit.note"))
    await supervisor.taps(words("common.act_skip"))
    await supervisor.waits_for(words("common.review"))
    await supervisor.taps(words("common.act_submit"))
    await supervisor.waits_for("20261121-9248")
    [visit] = rows(program, "visits")
    assert visit["waited_minutes"] == 25
    assert visit["findings"]["order"] == {"ticked": ["unattended"], "remark": "大厅的灯坏了一半"}  # pyright: ignore[reportIndexIssue]
    [piece] = await pieces_kept(served, 1)
    assert piece["state"] == evidence.KEPT
    listed = served.api.world.profile[("commands", "chat", "2002", "", "zh")]
    assert "check" in {command["command"] for command in listed}
    everybody = served.api.world.profile[("commands", "default", "", "", "en")]
    assert "check" not in {command["command"] for command in everybody}
    assert "complain" in {command["command"] for command in everybody}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_every_update_twice_and_in_any_order_has_one_effect(program: Program, mode: Mode) -> None:
    api = BotApi(deliver_twice=True, shuffle=random.Random(7))
    async with serving(program, mode, api=api) as served:
        words = served.words
        people = [api.user(id) for id in range(3001, 3007)]
        for person in people:
            await person.says("/complain")
            await person.says(words("complaint.unit_unknown"))
            await person.says(words("complaint.category_other"))
            await person.says(f"窗口说下午再来，已经来了三次，编号{person.id}")
        for person in people:
            await person.waits_for(words("complaint.staff"))
            await person.taps(words("common.act_skip"))
            await person.waits_for(words("complaint.happened"))
        await api.drained()
        assert [row["flow"] for row in rows(program, "sessions")] == ["complaint"] * 6
        assert len(rows(program, "inbox")) == 5 * 6
        assert rows(program, "quarantine") == []
        assert api.oddities == []


@on_sqlite
async def test_an_old_button_shows_where_one_is_now(served: Served) -> None:
    words = served.words
    citizen = await served.person()
    await citizen.says("/complain")
    first = await citizen.waits_for(words("complaint.unit"))
    await citizen.taps(words("complaint.unit_unknown"))
    await citizen.waits_for(words("complaint.category"))
    await citizen.taps(first.labels[0], first.message_id)
    shown = await citizen.waits_for(words("common.stale"))
    assert words("complaint.category") in shown.text
    await citizen.taps("99:/submit", first.message_id)  # forged
    citizen.looks_away()
    await citizen.says(words("complaint.category_rude"))
    await citizen.waits_for(words("complaint.what"))
    answered = [tap for tap in served.api.world.taps.values() if tap.answers]
    assert len(answered) == len(served.api.world.taps)


@on_sqlite
async def test_an_album_is_redrawn_once(program: Program) -> None:
    async with serving(program) as served:
        citizen = await what_is_asked(served)
        sent = len(served.api.called("sendMessage"))
        await citizen.sends_album([photo(n) for n in range(9)])
        await citizen.waits_for(served.words("common.media_kept"))
        await citizen.says("他们一直在聊天，不理人")
        await citizen.waits_for(served.words("complaint.staff"))
        assert len(served.api.called("sendMessage")) == sent + 2
        await served.until(lambda: [row["state"] for row in rows(program, "deliveries")].count("superseded") == 8)


@on_sqlite
async def test_a_message_longer_than_telegram_allows_leaves_in_pieces(program: Program) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        text = "一" * 4000 + "😀" * 49  # 4,098 units
        said = Body(say=Say("status.closed", {"number": "1", "text": text}, (Button("/menu", words="menu"),)))
        contact = str(rows(program, "contacts")[0]["id"])
        program.acts.transact(deliveries.queue_for, [contact], said)
        citizen.looks_away()
        served.ring()
        last = await citizen.waits_for(lambda screen: screen.labels)
        pieces = [screen.text for screen in citizen.history()[2:]]
        assert len(pieces) == 2
        assert "".join(pieces).endswith(text)
        assert pieces[-1] == last.text


@on_sqlite
async def test_whoever_blocks_the_bot_is_left_alone_until_they_come_back(served: Served) -> None:
    def blocked() -> bool:
        return any(row["blocked_at"] is not None for row in rows(served.program, "contacts"))

    citizen = await served.person()
    await citizen.blocks_bot()
    await served.until(blocked)
    await citizen.unblocks_bot()
    await served.until(lambda: not blocked())
    assert len(rows(served.program, "inbox")) == 3


@on_sqlite
async def test_groups_and_service_messages_get_no_answer_and_a_changed_command_counts(served: Served) -> None:
    words = served.words
    citizen = await served.person()
    menu = citizen.screen()
    said = await citizen.says("/help")
    await citizen.waits_for("不用记命令")
    shown = len(citizen.chat.shown)
    await citizen.edits(said.body["message"]["message_id"], "/menu")
    await citizen.waits_for(lambda screen: words("common.menu_complain") in screen.labels)
    await citizen.at(served.api.group(-100500)).says("/complain")
    await citizen.sends(pinned_message={"message_id": menu.message_id, "chat": citizen.chat.info, "date": 0})
    served.api.deliver_raw({"update_id": 700_000_900, "a_kind_of_the_future": {"x": 1}})
    await served.api.drained()
    await citizen.sends(sticker={"file_id": "s", "file_unique_id": "u"})
    await citizen.waits_for(words("common.unread"))
    assert len(citizen.chat.shown) == shown + 2
    assert rows(served.program, "quarantine") == []


@on_sqlite
async def test_a_poster_has_the_bots_address_once_telegram_has_told_its_name(served: Served) -> None:
    await served.until(lambda: served.telegram.link(""))
    assert served.telegram.link("") == "https://t.me/fake_test_bot"
    assert served.telegram.link("u-gtj-1") == "https://t.me/fake_test_bot?start=u-gtj-1"
    assert served.telegram.link("u-" + 63 * "x") is None
