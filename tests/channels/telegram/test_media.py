"""Files that people send: fetched again after trouble, and told of when they cannot be kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.build import Program
from services import evidence
from tests.botapi import User
from tests.conftest import Clock, rows
from tests.drivers.serving import Served, photo, serving

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter


async def report_with_a_photo(served: Served, citizen: User, data: bytes) -> None:
    await citizen.says("/question")
    await citizen.waits_for(served.words("question.text"))
    await citizen.says("中午上班吗？")
    await citizen.waits_for(served.words("question.evidence"))
    await citizen.sends_document(data, "a.jpg", "image/jpeg")
    await citizen.waits_for(served.words("common.received_so_far", count=1))
    await citizen.taps(served.words("common.act_done"))
    await citizen.waits_for("20261121-9248")


def postponed(program: Program, clock: Clock, tries: int) -> bool:
    """So often tried, and no longer leased."""
    [piece] = rows(program, "evidence")
    due_at = piece["due_at"]
    assert isinstance(due_at, datetime)
    return piece["attempts"] == tries and due_at - clock() < timedelta(minutes=1)


@on_sqlite
async def test_a_download_is_tried_again(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        served.api.fault("getFile", status=500)
        served.api.fault("file", status=502)
        await report_with_a_photo(served, citizen, photo())

        for tries in (1, 2):
            await served.until(partial(postponed, program, clock, tries))
            clock.passes(seconds=60)
        await served.until(lambda: rows(program, "evidence")[0]["state"] == evidence.KEPT)
        assert rows(program, "evidence")[0]["attempts"] == 1  # of cleaning what lies here since the third download
        assert program.store.original(str(rows(program, "evidence")[0]["sha256"])) == photo()


@on_sqlite
async def test_a_file_that_cannot_be_kept_is_told_and_the_report_stays(program: Program) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        await report_with_a_photo(served, citizen, b"\x7fELF" + b"\0" * 2000)
        await served.until(lambda: rows(program, "evidence")[0]["state"] == evidence.REFUSED)
        told = await citizen.waits_for(lambda screen: "20261121-9248" in screen.text and "重发" in screen.text)
        assert served.words("common.not_kept_kind_not_allowed") in told.text
        assert rows(program, "evidence")[0]["error"] == "kind_not_allowed"
        await citizen.taps(served.words("common.add"))
        await citizen.waits_for(served.words("addition.text"))
        assert len(rows(program, "cases")) == 1
