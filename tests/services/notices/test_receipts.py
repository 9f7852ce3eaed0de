"""Who has acknowledged a notice, however late and in whatever roles, on both databases."""

from __future__ import annotations

from datetime import timedelta

from bot.build import Program
from services import deliveries, notices, people
from services.notices import Audience
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.noticing import draft, person_with, send, spread, tap


def test_whoever_taps_has_it_whatever_the_clock_of_the_sender(program: Program, clock: Clock) -> None:
    (contact_id,) = person_with(program, Role.HEAD, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.HEAD,)))
    send(program, notice_id)
    spread(program, notice_id)
    (row,) = [row for row in rows(program, "deliveries") if row["notice_id"]]
    ahead = clock() + timedelta(minutes=3)
    program.acts.at(ahead).transact(deliveries.record, [deliveries.Result(int(str(row["id"])), wire_id="1")])
    assert program.acts.transact(notices.acknowledge, contact_id, notice_id)


def test_whoever_has_the_button_may_tap_it_after_the_notice_was_stopped(program: Program) -> None:
    """The page of a web chat has shown it, and its confirmation was not in yet."""
    [page] = person_with(program, Role.SUPERVISOR, "gtj", "web")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    program.acts.by("clerk-2").transact(notices.abort, notice_id)
    program.acts.transact(notices.stop_rows, notice_id)
    assert (tap(program, page, notice_id), tap(program, page, notice_id)) == (
        ("N20261121-0001", True),
        ("N20261121-0001", False),
    )
    told = program.acts.look(notices.progress, notice_id)
    assert (told.counts["acknowledged"], told.counts["aborted"]) == (1, 0)


def test_a_message_has_one_receipt_whatever_roles_its_reader_holds(program: Program) -> None:
    [contact] = person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    [mine] = [row["person_id"] for row in rows(program, "contacts") if row["id"] == contact]
    program.acts.transact(people.grant_roles, str(mine), [Grant(Role.SUPERVISOR, "jtj")])
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    [receipt] = program.acts.look(notices.receipts, notice_id)
    assert program.acts.look(notices.receipts, notice_id, most=1) == [receipt]
    assert receipt.places == (Grant(Role.SUPERVISOR, "gtj"), Grant(Role.SUPERVISOR, "jtj"))
    assert program.acts.look(notices.acknowledged, [notice_id])[notice_id] == 0
    program.acts.transact(notices.acknowledge, contact, notice_id)
    assert program.acts.look(notices.acknowledged, [notice_id])[notice_id] == 1
