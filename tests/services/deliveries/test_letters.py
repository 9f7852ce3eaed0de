"""The letters of a web chat: a page misses none, their numbers tell nothing of others, and no clock holds one back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import deliveries
from services.deliveries import Capacity, Holder, NoticeBodies, encoded, queue_shared
from services.foundation.act import Act
from services.people import address_hash, lock_contacts
from tests.conftest import Clock
from tests.drivers.wires import WIRE, put, say

US = Holder("here", "one")


def page_of(program: Program, address: str = "v") -> str:
    key = address_hash(program.vault, "web", address)
    return program.acts.transact(lock_contacts, {key: ("web", address, "zh")})[key].id


def read(program: Program, contact_id: str, after: int = 0) -> list[tuple[int, str]]:
    """What a page gets that has everything up to letter `after`."""
    if program.acts.look(deliveries.unnumbered, "web", contact_id):
        program.acts.transact(deliveries.number_due, "web", contact_id)
    found = program.acts.look(deliveries.mailbox, "web", contact_id, after, 50)
    return [(one.id, one.body.say.words) for one in found if one.body.say]


def tell(act: Act, contact_id: str, words: str) -> None:
    queue_shared(act, [([("web", contact_id)], encoded(say(words)))], "reminder")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_letter_that_is_committed_late_is_not_missed(program: Program) -> None:
    page = page_of(program)
    with program.database.engine.connect() as other, other.begin() as slow:
        tell(Act(other, program.vault, program.clock()), page, "late")
        program.acts.transact(tell, page, "early")
        [(seen, words)] = read(program, page)
        assert words == "early"
        slow.commit()
    assert [words for _, words in read(program, page, seen)] == ["late"]


async def test_the_numbers_of_letters_tell_nothing_of_others(program: Program) -> None:
    """Whoever writes every now and then, and counts, learns how much they were told themselves."""
    mine, others = (FakePerson(program.talk, program.acts, program.texts, one, channel="web") for one in ("me", "you"))
    for n in range(3):
        await mine.says("/help")
        for _ in range(n + 1):
            await others.says("/help")
    contact = mine.contact_id()
    assert contact
    told = program.acts.look(deliveries.mailbox, "web", contact, 0, 50)
    assert [one.id for one in told] == [1, 2, 3]


def test_the_numbers_go_on_from_the_last_that_a_page_has(program: Program) -> None:
    page = page_of(program)
    program.acts.transact(tell, page, "first")
    assert read(program, page) == [(1, "first")]
    program.acts.transact(tell, page, "second")
    program.acts.transact(tell, page, "third")
    assert read(program, page, 1) == [(2, "second"), (3, "third")]
    assert read(program, page, 3) == []


def test_a_clock_that_was_a_day_ahead_holds_nothing_back(program: Program, clock: Clock) -> None:
    """What was written while it was ahead leaves, is shown, and keeps its order, as soon as it is put back."""
    page = page_of(program)
    put(program, "a", say("before"))
    clock.passes(days=1)
    put(program, "a", say("ahead"))
    program.acts.transact(tell, page, "ahead")
    clock.passes(days=-1)
    put(program, "a", say("after"))
    program.acts.transact(tell, page, "after")
    assert [words for _, words in read(program, page)] == ["ahead", "after"]
    assert leased(program) == ["before", "ahead", "after"]


def test_what_waited_for_another_try_is_not_overtaken_when_its_sender_is_lost(program: Program, clock: Clock) -> None:
    put(program, "a", say("first"))
    put(program, "a", say("second"))

    def fails(act: Act) -> None:
        assert deliveries.hold_lane(act, WIRE, Holder("here", "one"))
        first, second = deliveries.lease(act, WIRE, Capacity(9, 9, 9), NoticeBodies(act.vault))
        wait = timedelta(seconds=30)
        tried = deliveries.Result(first.id, error="500", retry_after=wait)
        deliveries.record(act, [tried, deliveries.Result(second.id, error="behind", retry_after=wait, tried=False)])

    program.acts.transact(fails)
    put(program, "a", say("third"))
    assert leased(program, Holder("here", "two")) == ["first", "second", "third"]


def leased(program: Program, holder: Holder = US) -> list[str]:
    def take(act: Act) -> list[str]:
        assert deliveries.hold_lane(act, WIRE, holder)
        parcels = deliveries.lease(act, WIRE, Capacity(9, 9, 9), NoticeBodies(act.vault))
        return [one.body.say.words for one in parcels if one.body.say]

    return program.acts.transact(take)
