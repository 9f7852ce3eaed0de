"""A notice is released as it was read, whatever two clerks do at once, on both databases."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from bot.build import Program
from services import evidence, notices
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from services.notices import Audience, Written
from services.people import Role
from tests.conftest import rows
from tests.drivers.notice_desk import picture
from tests.drivers.noticing import TEXT, draft, got, person_with, seen, send


@pytest.mark.parametrize("round", range(4))
async def test_two_clerks_at_the_same_instant_never_both_have_their_way(program: Program, round: int) -> None:
    """Sent twice, rewritten and stopped: whoever is first is right, the others are told; nobody gets two."""
    supervisors = sorted(one for _ in range(3) for one in person_with(program, Role.SUPERVISOR, "gtj", "telegram"))
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    acts, old = program.acts.at(program.clock()), seen(program, notice_id)
    first, second = acts.by("clerk-1"), acts.by("clerk-2")
    words = Written({"zh": "别的内容。"}, Audience(roles=(Role.SUPERVISOR,)), True)
    steps = [
        first.write(notices.send, notice_id, old, None, second_clerk_above=9),
        second.write(notices.send, notice_id, old, None, second_clerk_above=9),
        second.write(notices.rewrite, notice_id, old, words),
    ]
    random.Random(round).shuffle(steps)
    won = [one for one in await asyncio.gather(*steps, return_exceptions=True) if not isinstance(one, Refusal)]
    assert won in (["released"], [None])
    if won == ["released"]:
        parts = [acts.write(notices.spread, notice_id, 1) for _ in range(6)]
        await asyncio.gather(*parts[:3], second.write(notices.abort, notice_id), *parts[3:])
        while await acts.write(notices.stop_rows, notice_id):
            pass
        assert len(set(got(program))) == len(got(program))
        assert set(got(program)) <= set(supervisors)
        told = acts.look(notices.progress, notice_id)
        assert (told.state, told.counts["aborted"], told.over) == ("aborted", 3, True)


async def test_of_the_same_notice_written_twice_at_the_same_instant_one_is_made(program: Program) -> None:
    """Two forms: whoever comes second is led to the draft that is there, until it has left."""
    acts, words = program.acts.at(program.clock()), Written({"zh": TEXT}, Audience(roles=(Role.SUPERVISOR,)), True)

    async def write(clerk: str, written: Written = words) -> str | Refusal:
        try:
            return await acts.by(clerk).write(notices.draft_once, written, new_id())
        except Refusal as error:
            return error

    told = await asyncio.gather(*(write(f"clerk-{n}") for n in range(4)))
    [made] = [one for one in told if isinstance(one, str)]
    assert [(one.code, one.values["id"]) for one in told if isinstance(one, Refusal)] == [("same_draft", made)] * 3
    assert len(rows(program, "notices")) == 1
    assert isinstance(await write("clerk-1", replace(words, texts={"zh": f"{TEXT}！"})), str), "every sign counts"
    acts.by("clerk-1").transact(notices.abort, made)
    assert isinstance(await write("clerk-1"), str)


def test_taking_a_piece_away_touches_no_upload_of_anybody_else(program: Program) -> None:
    theirs = asyncio.run(program.store.clean_and_keep(picture()))
    program.acts.transact(evidence.add_upload, "somebody", None, theirs)
    notice_id = draft(program, Audience())
    assert program.acts.by("clerk-1").transact(notices.detach, notice_id, theirs.id) == []
    assert [row["id"] for row in rows(program, "evidence")] == [theirs.id]


def test_what_has_changed_since_it_was_read_is_not_sent(program: Program) -> None:
    person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    old = seen(program, notice_id)
    written = Written({"zh": "别的内容。"}, Audience(roles=(Role.SUPERVISOR,)), False)
    program.acts.by("clerk-2").transact(notices.rewrite, notice_id, old, written)
    with pytest.raises(Refusal, match="changed"):
        program.acts.by("clerk-1").transact(notices.send, notice_id, old, None, second_clerk_above=9)


def test_a_list_that_was_changed_for_another_is_seen_before_it_is_sent_to(program: Program) -> None:
    notice_id = draft(program, Audience())

    def upload(number: str) -> None:
        program.acts.by("clerk-2").transact(notices.add_numbers, notice_id, "zh", [number])

    upload("+8613800138000")
    old = seen(program, notice_id)
    program.acts.by("clerk-2").transact(notices.drop_numbers, notice_id)
    upload("+8613900139000")
    with pytest.raises(Refusal, match="changed"):
        program.acts.by("clerk-1").transact(notices.send, notice_id, old, None, second_clerk_above=9)
    assert send(program, notice_id) == "released"
