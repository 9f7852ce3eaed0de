"""What is given up when its days have passed, and what stays: the figures, the chain, and whatever is still owed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from bot.build import Program
from services import cases, desk, evidence, people
from services.foundation import audit
from services.foundation.act import Act
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.media_samples import photo_jpeg
from tests.drivers.told_units import Office, complaint, decide, report

PHOTO = photo_jpeg()
WHO, WHAT = 730, 1825  # days
STORY, ANSWER, CAPTION = "窗口没有人，王小明等了两个小时", "窗口已经增开，请再来", "门口的队"


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    made.bind("head", "head")
    return made


def with_photo(office: Office) -> str:
    """A case that was closed with an answer, and about which a photo came."""
    case = complaint(office, STORY)
    contact = office.program.acts.look(lambda act: people.ensure_contacts(act, "fake", ["citizen"], "zh"))[0]
    stored = asyncio.run(office.program.store.clean_and_keep(PHOTO))
    sent = office.do(evidence.add_upload, contact, "王小明.jpg", stored)

    def attach(act: Act) -> None:
        evidence.attach(act, people.Contact(contact, "fake", "zh"), case.id, [replace(sent, caption=CAPTION)])
        audit.append(act, "photo_sent", case.id)

    office.do(attach)
    decide(office, desk.accept, case.id, "")
    decide(office, desk.answer, case.id, ANSWER)
    return case.id


def forget(office: Office) -> tuple[int, int]:
    """As `mingcha forget --now` does."""
    acts, who, what = office.program.acts, 0, 0
    while count := acts.transact(cases.forget_identities, WHO):
        who += count
    while (gone := acts.transact(cases.forget_words, WHAT))[0]:
        office.program.store.forget(gone[1])
        what += gone[0]
    return who, what


def due(office: Office) -> tuple[int, int]:
    return office.program.acts.look(cases.count_forgettable, WHO, WHAT)


def held_by(office: Office) -> str:
    """All that the tables about reports hold, without what the unit owes."""
    tables = [rows(office.program, name) for name in ("cases", "entries", "evidence")]
    return json.dumps(tables, default=str, ensure_ascii=False)


def test_who_it_was_goes_first_and_what_was_said_later(office: Office) -> None:
    case_id, program = with_photo(office), office.program
    [piece] = program.acts.look(evidence.pieces_of, case_id)
    files = [path for path in program.settings.evidence_path.rglob("*") if path.is_file()]
    assert program.store.copy_path(piece.id) in files

    office.at("2028-11-22 09:00")
    assert (due(office), forget(office)) == ((0, 0), (0, 0)), "the last day"
    office.at("2028-11-23 09:00")
    assert (due(office), forget(office)) == ((1, 0), (1, 0))
    assert rows(program, "vault") == rows(program, "owners") == []
    [kept] = rows(program, "evidence")
    assert program.vault.identities.open(bytes(kept["sealed"]), f"evidence {piece.id}")["name"] is None  # pyright: ignore[reportArgumentType]
    assert STORY in held_by(office)
    assert (due(office), forget(office)) == ((0, 0), (0, 0)), "once"

    office.at("2031-11-23 09:00")
    assert (due(office), forget(office)) == ((0, 1), (0, 1))
    assert not [words for words in (STORY, ANSWER, CAPTION) if words in held_by(office)]
    assert not [path for path in files if path.exists()]
    assert (due(office), forget(office)) == ((0, 0), (0, 0))
    assert is_whole(program)
    shown = report(office, case_id)
    assert (shown.text, shown.state, [one.kind for one in shown.said][-1]) == ("—", "closed", "forgotten")
    assert [one["action"] for one in events(program) if "forgotten" in one["action"]] == [
        "identity_forgotten",
        "case_forgotten",
    ]


def test_the_figures_are_the_same_afterwards(office: Office) -> None:
    with_photo(office)
    office.at("2031-12-01 09:00")
    counted = ("number", "kind", "source", "unit_id", "category", "state", "received_on", "closed_on", "outcomes")

    def figures() -> object:
        [case], happened = rows(office.program, "cases"), rows(office.program, "happenings")
        return [case[name] for name in counted], happened, rows(office.program, "ratings")

    before = figures()
    assert forget(office) == (1, 1)
    assert figures() == before


def test_what_is_under_way_or_owed_stays_however_old_it_is(office: Office) -> None:
    complaint(office, "还没有受理")
    accepted = complaint(office, "受理了，没有答复")
    decide(office, desk.accept, accepted.id, "")
    reopened = with_photo(office)
    office.at("2031-11-01 09:00")
    decide(office, desk.reopen, reopened, "有了新的情况，重新办理")
    office.at("2040-01-01 09:00")
    assert (due(office), forget(office)) == ((0, 0), (0, 0))
    decide(office, desk.answer, reopened, ANSWER)
    office.at("2040-02-01 09:00")
    assert (due(office), forget(office)) == ((0, 0), (0, 0)), "its days begin anew"


def test_a_case_whose_bad_rating_the_office_still_owes_a_call_about_stays(office: Office) -> None:
    case_id, program = with_photo(office), office.program
    contact = program.acts.look(lambda act: people.ensure_contacts(act, "fake", ["citizen"], "zh"))[0]
    bad = cases.Given(False, "dissatisfied", ("not_solved",), "")
    office.do(cases.rate, people.Contact(contact, "fake", "zh"), case_id, bad)
    office.at("2040-01-01 09:00")
    assert (due(office), forget(office)) == ((0, 0), (0, 0))
    decide(office, desk.make_good, case_id, "电话里说清楚了，当面道了歉")
    office.at("2050-01-01 09:00")
    assert forget(office) == (1, 1)


def test_an_original_that_another_case_has_too_stays(office: Office) -> None:
    first = with_photo(office)
    office.at("2030-01-01 09:00")
    second = with_photo(office)
    office.at("2032-01-01 09:00")
    assert forget(office) == (1, 1)
    assert office.program.acts.look(evidence.pieces_of, first) == []
    [piece] = office.program.acts.look(evidence.pieces_of, second)
    [row] = rows(office.program, "evidence")
    assert office.program.store.original(str(row["sha256"])) == PHOTO
    assert office.program.store.copy_path(piece.id).exists()
