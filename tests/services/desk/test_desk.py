"""The desk's list, and what is told to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import update

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from models.tables import contacts as accounts
from services import cases, desk, inspections, people
from services.desk import BY_PROMISE, Filters, Item
from services.evidence import Stored, add_upload
from services.foundation.refusal import Refusal
from services.people import Contact, address_hash, lock_contacts
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import second_person
from tests.drivers.ringing import Rung, rung

CLERK, ALL = "clerk-id", Filters()


def account(program: Program, address: str = "citizen-1") -> Contact:
    key = address_hash(program.vault, "fake", address)
    return program.acts.transact(lock_contacts, {key: ("fake", address, "zh")})[key]


def complain(program: Program, **values: object) -> cases.Case:
    told: Any = {"unit_id": "gtj", "category": "slow", "what": "等了两个小时"} | values
    case, _ = program.acts.transact(cases.file_complaint, account(program), cases.Complaint(**told))  # pyright: ignore[reportArgumentType]
    return case


def check(program: Program, remark: str, **values: object) -> str:
    found = {"order": {"ticked": ["messy"], "remark": remark}}
    visit = inspections.Visit("gtj", "patrol", found, **values)  # pyright: ignore[reportArgumentType]
    return program.acts.transact(inspections.file_visit, account(program), visit)


def everything(program: Program, filters: Filters = ALL) -> list[list[Item]]:
    """Page by page."""
    pages, after = [], ""
    filters = program.search.look(program.acts, filters)
    while True:
        page = program.acts.look(desk.listed, filters, after)
        pages.append(list(page.items))
        if page.after is None:
            return pages
        after = page.after


def test_pages_hold_everything_once_newest_and_unread_first(program: Program, clock: Clock) -> None:
    for n in range(60):
        complain(program, what=f"第{n}件")
        if n % 3:
            clock.passes(seconds=1)
    for _ in range(50):
        check(program, "大厅")
    for row in rows(program, "cases")[:55]:
        program.acts.by(CLERK).transact(desk.open_report, str(row["id"]))
    clock.passes(hours=1)
    pages = everything(program)
    assert [len(page) for page in pages] == [50, 50, 10]
    items = [item for page in pages for item in page]
    assert len({item.id for item in items}) == 110
    assert items == sorted(items, key=lambda item: (item.unread, item.moved_at, item.id), reverse=True)
    counts = program.acts.look(desk.counts, Filters(unread=True, kind="visit"))
    assert (counts.all, counts.unread, dict(counts.kinds)) == (110, 55, {"complaint": 60, "visit": 50})
    assert program.acts.look(desk.listed, Filters(), "1.x.y").items == pages[0]


@pytest.mark.parametrize("sort", ["", BY_PROMISE])
def test_days_of_many_reports_are_in_order_too(program: Program, clock: Clock, sort: str) -> None:
    """The database tells days alone: within each, and over more rows than are fetched at once, the moments decide."""
    wanted: list[str] = []
    for many in (3, 130, 55):
        for n in range(many):
            clock.passes(seconds=1)
            wanted.insert(0, complain(program, what=f"第{n}件").id)
        clock.passes(days=1)
    shown = [[item.id for item in page] for page in everything(program, Filters(sort=sort))]
    assert [len(page) for page in shown] == [50, 50, 50, 38]
    weekend, monday = wanted[-133:], wanted[:-133]  # what came in at the weekend is promised by the same moment
    assert [id for page in shown for id in page] == ([*weekend, *monday] if sort else wanted)


def test_numbers_of_a_day_tell_no_order_and_are_never_given_twice(program: Program, clock: Clock) -> None:
    numbers = [complain(program).number for _ in range(40)]
    clock.passes(days=1)
    later = [complain(program).number for _ in range(40)]
    assert len({*numbers, *later}) == 80
    assert {number[:9] for number in numbers} == {"20261121-"}
    for given in (numbers, later):
        steps = [int(b[9:]) - int(a[9:]) for a, b in pairwise(given)]
        assert min(steps) < -1000
        assert max(steps) > 1000
    assert [one[9:] for one in numbers] != [one[9:] for one in later]


def test_what_was_just_read_keeps_its_place(program: Program, clock: Clock) -> None:
    first = complain(program)
    clock.passes(minutes=1)
    second = complain(program)
    program.acts.by(CLERK).transact(desk.open_report, second.id)
    assert [item.id for item in everything(program)[0]] == [second.id, first.id]
    unread = program.acts.look(desk.listed, Filters(unread=True), "", second.id)
    assert [item.id for item in unread.items] == [second.id, first.id]
    clock.passes(minutes=11)
    program.acts.by(CLERK).transact(desk.open_report, second.id)
    assert [item.id for item in everything(program)[0]] == [first.id, second.id]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(units=("gtj", "gtj-1")), 3),
        (Filters(units=("unknown",)), 1),
        (Filters(kind="visit"), 1),
        (Filters(category="slow"), 3),
        (Filters(words="小时"), 3),
        (Filters(words="大厅"), 1),
        (Filters(words="messy"), 0),
        (Filters(words="百分之% 小时"), 1),
        (Filters(words="\\"), 0),
        (Filters(words="20261121-9248"), 1),
        (Filters(since=date(2026, 11, 22)), 1),
        (Filters(until=date(2026, 11, 21)), 3),
        (Filters(state="accepted"), 0),
        (Filters(words="国土", named={"国土": ("gtj", "gtj-1")}), 3),
        (Filters(words="国土 百分之", named={"国土": ("gtj", "gtj-1")}), 1),
        (Filters(words="国土", named={"国土": ()}), 0),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_filters(program: Program, clock: Clock, filters: Filters, found: int) -> None:
    complain(program)
    complain(program, unit_id="gtj-1", what="百分之% 等了两小时")
    complain(program, unit_id=None)
    clock.passes(days=1)
    check(program, "大厅没有人")
    assert sum(len(page) for page in everything(program, filters)) == found


def test_filters_on_both(program: Program) -> None:
    complain(program, what="收费100%")
    check(program, "大厅没有人")
    for words in ("100%", "大厅"):
        assert len(everything(program, Filters(words=words))[0]) == 1
    assert len(everything(program, Filters(words="100_"))[0]) == 0
    assert program.acts.look(desk.fresh, Filters(), program.clock() - timedelta(1)) == 2


@pytest.mark.parametrize(
    "typed",
    ["320元", "AB12", "ab12", "ＡＢ12", "工號", "收费 工号", "窗口收费３２０", "20261121－9248", "202611219248"],
)
def test_whatever_width_and_characters_were_typed_is_found(program: Program, typed: str) -> None:
    complain(program, what="窗口收费３２０元，工号ＡＢ１２")
    assert len(everything(program, Filters(words=typed))[0]) == 1


def test_a_remark_of_a_visit_and_what_was_added_are_found(program: Program) -> None:
    check(program, "大廳没有人，ＮＯ．７")
    assert len(everything(program, Filters(words="大厅 no.7"))[0]) == 1
    assert not everything(program, Filters(words="二楼"))[0]


async def test_everybody_who_follows_a_case_is_told_and_the_blocked_are_not(
    program: Program, person: Callable[..., FakePerson]
) -> None:
    case = complain(program)
    follower = account(program, "phone-2")
    program.acts.transact(people.follow, case.id, follower.id)
    report = program.acts.by(CLERK).transact(desk.open_report, case.id)
    assert report is not None
    told = rung(program.acts.by(CLERK), desk.ask, case.id, report.seen, " 哪个\u202e窗口？\x00\ud800 ")
    assert {contact for _, contact in told} == {account(program).id, follower.id}
    assert "哪个窗口？" in person("phone-2").screen().text
    program.database.transact(lambda tx: tx.execute(update(accounts).values(blocked_at=program.clock())))
    report = program.acts.look(desk.look, case.id)
    assert report is not None
    assert not program.acts.by(CLERK).transact(desk.accept, case.id, report.seen, "")
    assert is_whole(program)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_refused_changes_nothing(program: Program) -> None:
    case = complain(program)
    before = len(events(program))

    def refused(decide: Callable[..., object], text: str, seen: str = "received.0", of: str = case.id) -> str:
        with pytest.raises(Refusal) as caught:
            program.acts.by(CLERK).transact(decide, of, seen, text)
        return caught.value.code

    assert refused(desk.decline, "不办") == "reason_wanted"
    assert refused(desk.ask, "\u202e \n") == "text_wanted"
    assert refused(desk.ask, "长" * 3001) == "text_too_long"
    assert refused(desk.accept, "", seen="accepted.0") == "changed"
    assert refused(desk.accept, "", of="0" * 20) == "gone"
    assert refused(desk.answer, "好的", of=case.id) == "decided"
    assert len(events(program)) == before
    assert len(rows(program, "entries")) == 0
    assert rows(program, "cases")[0]["state"] == "received"


def test_a_visit_is_noted_once_and_only_as_it_was_seen(program: Program) -> None:
    check(program, "大厅")
    visit_id, case = str(rows(program, "visits")[0]["id"]), complain(program)

    def noted(of: str, seen: str) -> Rung:
        return rung(program.acts.by(CLERK), desk.note_visit, of, seen, "")

    for of, seen, code in (
        (case.id, "received.0", "gone"),
        (visit_id, "noted.0", "changed"),
        (visit_id, "received.1", "changed"),
    ):
        with pytest.raises(Refusal, match=code):
            noted(of, seen)
    assert noted(visit_id, "received.0") == set()
    with pytest.raises(Refusal, match="decided"):
        noted(visit_id, "noted.0")
    assert [row["action"] for row in events(program)].count("visit_noted") == 1
    [mine] = program.acts.look(inspections.own, account(program).id)
    assert (mine.state, mine.unit_id) == ("noted", "gtj")
    assert program.acts.look(inspections.own, account(program, "somebody else").id) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_report_shows_nothing_of_its_sender(program: Program) -> None:
    media = (Media("ref-MARK", "photo", name="MARK.jpg"),)
    case = complain(program, name="MARK", phone="MARK", media=media)
    report = program.acts.by(CLERK).transact(desk.open_report, case.id)
    assert report is not None
    assert "MARK" not in repr(report)
    assert report.named
    assert account(program).id not in repr(report)
    with pytest.raises(Refusal, match="purpose_wanted"):
        program.acts.by(CLERK).transact(desk.ask_identity, case.id, " ")
    program.acts.by(CLERK).transact(desk.ask_identity, case.id, "电话核实")
    other = second_person(program, case.id)
    opened = program.acts.by(CLERK).transact(desk.open_identity, case.id)
    assert opened == {"name": "MARK", "phone": "MARK"}
    told = events(program)[-1]
    detail = {"purpose": "电话核实", "agreed": other}
    assert (told["action"], told["actor"], told["detail"]) == ("identity_opened", CLERK, detail)
    assert "MARK" not in str(events(program))


def test_evidence_stands_in_the_order_in_which_it_was_sent(program: Program, clock: Clock) -> None:
    """Uploads of one message run side by side: the second photo may be there before the first."""
    contact, sent = account(program), [f"{n}" * 20 for n in (1, 2, 3)]
    for piece_id in reversed(sent):
        clock.passes(seconds=1)
        stored = Stored(piece_id, "photo", piece_id, "image/jpeg", 1, 1, 1, None, None)
        program.acts.transact(add_upload, contact.id, None, stored)
    first, second, later = (Media(f"kept:{piece_id}", "photo") for piece_id in sent)
    case = complain(program, media=(first, second))
    program.acts.transact(cases.add, contact, case.id, "还有一张", (later,))
    report = program.acts.look(desk.look, case.id)
    assert report is not None
    assert [piece.id for piece in report.pieces] == sent[:2]
    assert [piece.id for piece in report.said[0].pieces] == sent[2:]
