"""A notice on both databases: frozen at its release, its rows written once whoever is killed, stopped and settled."""

from __future__ import annotations

import asyncio
import io
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import update

from bot.build import Program
from channels.fake import FakePerson
from models import tables
from models.tables import deliveries as sent
from services import deliveries, evidence, notices, people
from services.foundation import phones
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.notices import Audience, Written
from services.people import SMS, Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.notice_desk import picture
from tests.drivers.ringing import rung

TEXT = "请各位于周五前到会。"


def person_with(program: Program, role: str, unit: str | None, *channels: str, phone: str | None = None) -> list[str]:
    """A person of the office or a unit with a chat account on each channel; the ids of these."""

    def make(act: Act) -> list[str]:
        ids: list[str] = []
        mine = people.add_person(act, "某人", [Grant(role, unit)], phone=phone)
        for channel in channels:
            address = f"{mine}-{channel}"
            key = people.address_hash(program.vault, channel, address)
            contact = people.lock_contacts(act, {key: (channel, address, "zh")})[key]
            people.bind_contact(act, contact.id, mine)
            ids.append(contact.id)
        return ids

    return program.acts.transact(make)


def draft(program: Program, audience: Audience, clerk: str = "clerk-1") -> str:
    return program.acts.by(clerk).transact(notices.draft, Written({"zh": TEXT}, audience, True))


def seen(program: Program, notice_id: str) -> str:
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    return notice.seen


def send(program: Program, notice_id: str, at: datetime | None = None) -> str:
    return program.acts.by("clerk-1").transact(
        notices.send, notice_id, seen(program, notice_id), at, second_clerk_above=200
    )


def spread(program: Program, notice_id: str, most: int = 2) -> int:
    many = 1
    while program.acts.transact(notices.spread, notice_id, most):
        many += 1
    return many


def got(program: Program) -> Sequence[object]:
    return sorted(str(row["contact_id"]) for row in rows(program, "deliveries") if row["notice_id"])


def test_the_recipients_are_those_of_the_release(program: Program) -> None:
    first = person_with(program, Role.SUPERVISOR, "gtj", "telegram", "web") + person_with(
        program, Role.SUPERVISOR, "jtj", "web"
    )
    person_with(program, Role.CLERK, None, "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    assert send(program, notice_id) == "released"
    person_with(program, Role.SUPERVISOR, "wsj", "telegram")
    assert spread(program, notice_id) == 2
    assert got(program) == sorted(first)
    assert spread(program, notice_id) == 1, "nothing is written twice"
    assert got(program) == sorted(first)
    told = program.acts.look(notices.progress, notice_id)
    assert (told.total, told.counts["queued"], told.counts["ready"]) == (3, 1, 2)


def test_whoever_takes_up_a_notice_half_written_writes_only_the_rest(program: Program) -> None:
    found = [one for _ in range(5) for one in person_with(program, Role.SUPERVISOR, "gtj", "telegram")]
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    assert program.acts.transact(notices.spread, notice_id, 2)
    assert program.acts.look(notices.progress, notice_id).counts["unspread"] == 3
    while program.acts.transact(notices.carry_on):
        pass
    assert got(program) == sorted(found)


@pytest.mark.parametrize(
    ("audience", "many"),
    [
        (Audience(roles=(Role.HEAD,)), 2),
        (Audience(units=("gtj",)), 2),
        (Audience(kinds=("window",)), 1),
        (Audience(roles=(Role.HEAD,), kinds=("window",)), 0),
        (Audience(areas=("城南",)), 2),
        (Audience(areas=("城南",), kinds=("bureau",)), 1),
        (Audience(), 0),
    ],
)
def test_an_audience_is_chosen_by_role_kind_area_and_unit(program: Program, audience: Audience, many: int) -> None:
    from models.tables import units

    program.database.transact(lambda tx: tx.execute(update(units).where(units.c.area == "城南").values(area=None)))
    program.database.transact(lambda tx: tx.execute(update(units).where(units.c.id == "gtj").values(area="城南")))
    person_with(program, Role.HEAD, "gtj", "telegram")
    person_with(program, Role.HEAD, "fgw", "telegram")
    person_with(program, "liaison", "gtj-1", "telegram")
    person_with(program, Role.SUPERVISOR, "gtj", "telegram")  # who inspects a unit is not of it
    notice_id = draft(program, audience)
    found = program.acts.look(notices.reach, notice_id, audience, None)
    assert found.total == many
    if not many:
        with pytest.raises(Refusal, match="audience_empty"):
            send(program, notice_id)


def test_an_sms_goes_to_those_without_a_chat_and_not_to_whoever_opted_out(program: Program) -> None:
    chat = person_with(program, Role.SUPERVISOR, "gtj", "telegram", phone="+8613800138000")
    person_with(program, Role.SUPERVISOR, "gtj", phone="+8613900139000")
    person_with(program, Role.SUPERVISOR, "jtj", phone="+8613700137000")
    person_with(program, Role.SUPERVISOR, "wsj")
    out = program.acts.transact(people.ensure_contacts, SMS, [phones.normalised("13700137000")], "zh")
    blocked = update(tables.contacts).where(tables.contacts.c.id == out[0]).values(blocked_at=program.clock())
    program.database.transact(lambda tx: tx.execute(blocked))
    audience = Audience(roles=(Role.SUPERVISOR,), sms=True)
    notice_id = draft(program, audience)
    found = program.acts.look(notices.reach, notice_id, audience, None)
    assert (found.channels, found.unreached) == ({"telegram": 1, "sms": 1}, 5), "the city's three have neither"
    no_sms = program.acts.look(notices.reach, notice_id, audience, frozenset({"telegram", "web"}))
    assert no_sms.channels == {"telegram": 1}
    send(program, notice_id)
    spread(program, notice_id)
    channels = sorted(str(row["channel"]) for row in rows(program, "deliveries") if row["notice_id"])
    assert (channels, chat[0] in got(program)) == (["sms", "telegram"], True)
    assert "13900139000" not in str(rows(program, "notices"))


def test_a_stopped_notice_is_sent_to_nobody_more(program: Program) -> None:
    for _ in range(3):
        person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    program.acts.transact(notices.spread, notice_id, 2)
    program.acts.by("clerk-1").transact(notices.abort, notice_id)
    assert not program.acts.transact(notices.spread, notice_id)
    while program.acts.transact(notices.stop_rows, notice_id):
        pass
    assert [row["state"] for row in rows(program, "deliveries") if row["notice_id"]] == ["aborted"] * 2
    told = program.acts.look(notices.progress, notice_id)
    assert (told.state, told.counts["aborted"], told.over) == ("aborted", 3, True)


async def test_a_scheduled_notice_shows_on_an_open_page_when_its_time_has_come(
    program: Program, person: Callable[..., FakePerson], clock: Clock
) -> None:
    page = person("web-1", channel="web")
    await page.says("/start")
    mine = person_with(program, Role.SUPERVISOR, "gtj")
    assert mine == []
    supervisors = [
        row["person_id"]
        for row in rows(program, "grants")
        if row["unit_id"] == "gtj" and row["role"] == Role.SUPERVISOR
    ]
    contact = page.contact_id()
    assert contact
    program.acts.transact(people.bind_contact, contact, str(supervisors[-1]))
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,), units=("gtj",)))
    send(program, notice_id, program.clock() + timedelta(hours=1))
    spread(program, notice_id)
    await page.says("/help")
    read = max(int(str(row["id"])) for row in rows(program, "deliveries") if not row["notice_id"])
    assert page.heard(after=read) == []
    clock.passes(hours=1, minutes=1)
    assert rung(program.acts, deliveries.renumber_due) == {("web", page.contact_id())}
    assert [TEXT in one.text for one in page.heard(after=read)] == [True]
    program.acts.transact(notices.carry_on)
    assert [row["state"] for row in rows(program, "notices")] == ["done"]


def test_again_goes_to_people_who_acknowledged_on_no_account(program: Program) -> None:
    both = person_with(program, Role.SUPERVISOR, "gtj", "telegram", "web")
    late = person_with(program, Role.SUPERVISOR, "jtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    program.database.transact(lambda tx: tx.execute(update(sent).values(state="sent")))
    program.acts.transact(notices.acknowledge, both[0], notice_id)
    again = program.acts.by("clerk-1").transact(notices.again, notice_id)
    send(program, again)
    spread(program, again)
    assert [row["contact_id"] for row in rows(program, "deliveries") if row["notice_id"] == again] == late
    numbers = sorted(str(row["number"]) for row in rows(program, "notices"))
    assert numbers == ["N20261121-0001", "N20261121-0001-2"]
    told = program.acts.look(notices.receipts, notice_id)
    assert sorted((one.places[0].unit_id, one.state) for one in told) == [
        ("gtj", "acknowledged"),
        ("gtj", "sent"),
        ("jtj", "sent"),
    ]


def test_whoever_taps_has_it_whatever_the_clock_of_the_sender(program: Program, clock: Clock) -> None:
    (contact_id,) = person_with(program, Role.HEAD, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.HEAD,)))
    send(program, notice_id)
    spread(program, notice_id)
    (row,) = [row for row in rows(program, "deliveries") if row["notice_id"]]
    ahead = clock() + timedelta(minutes=3)
    program.acts.at(ahead).transact(deliveries.record, [deliveries.Result(int(str(row["id"])), wire_id="1")])
    assert program.acts.transact(notices.acknowledge, contact_id, notice_id)


def test_a_notice_that_is_still_going_out_is_not_sent_again(program: Program) -> None:
    for _ in range(2):
        person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    with pytest.raises(Refusal, match="still_going"):
        program.acts.by("clerk-1").transact(notices.again, notice_id)
    assert len(rows(program, "notices")) == 1
    program.database.transact(lambda tx: tx.execute(update(sent).values(state="sent")))
    assert program.acts.by("clerk-1").transact(notices.again, notice_id)


def tap(program: Program, contact_id: str, notice_id: str) -> str | None:
    return program.acts.transact(notices.acknowledge, contact_id, notice_id)


def sent_to(program: Program, *contact_ids: str) -> str:
    """A notice to these supervisors that has gone to all of them."""
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    goes(program, notice_id)
    assert got(program) == sorted(contact_ids)
    return notice_id


def goes(program: Program, notice_id: str) -> None:
    spread(program, notice_id)
    gone = update(sent).where(sent.c.state == "queued", sent.c.notice_id == notice_id).values(state="sent")
    program.database.transact(lambda tx: tx.execute(gone))


def again(program: Program, notice_id: str) -> str:
    return program.acts.by("clerk-1").transact(notices.again, notice_id)


def left(program: Program, notice_id: str) -> int:
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    return program.acts.look(notices.unacknowledged, notice)


async def test_again_pressed_twice_is_one_repeat(program: Program) -> None:
    first = sent_to(
        program, *(one for _ in range(3) for one in person_with(program, Role.SUPERVISOR, "gtj", "telegram"))
    )
    acts = program.acts.by("clerk-1").at(program.clock())
    repeats = {*await asyncio.gather(*(acts.write(notices.again, first) for _ in range(4)))}
    assert [row["number"] for row in rows(program, "notices")][1:] == ["N20261121-0001-2"]
    [repeat] = repeats
    send(program, repeat)
    for one in (first, repeat):
        with pytest.raises(Refusal, match="still_going"):
            again(program, one)
    goes(program, repeat)
    assert {again(program, first), again(program, first), again(program, repeat)} - {first, repeat}
    assert len(rows(program, "notices")) == 3


def test_who_has_acknowledged_any_of_them_gets_it_no_more(program: Program) -> None:
    """After the draft was made, on the message of the repeat, or on the old one when there is a newer."""
    late, new, old = (person_with(program, Role.SUPERVISOR, "gtj", "telegram")[0] for _ in range(3))
    first = sent_to(program, late, new, old)
    repeat = again(program, first)
    tap(program, late, first)
    notice = program.acts.look(notices.look, repeat)
    assert notice
    found = program.acts.look(notices.reach, repeat, notice.audience, None)
    assert (found.total, found.unreached) == (2, 0)
    send(program, repeat)
    goes(program, repeat)
    assert [row["contact_id"] for row in rows(program, "deliveries")].count(late) == 1
    assert (tap(program, new, repeat), tap(program, old, first)) == ("N20261121-0001-2", "N20261121-0001")
    for one in (first, repeat):
        assert left(program, one) == 0
        with pytest.raises(Refusal, match="all_seen"):
            again(program, one)


def test_a_repeat_that_all_have_answered_meanwhile_is_not_sent(program: Program) -> None:
    [one] = person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    first = sent_to(program, one)
    repeat = again(program, first)
    tap(program, one, first)
    with pytest.raises(Refusal, match="all_seen"):
        send(program, repeat)


def test_whoever_has_the_button_may_tap_it_after_the_notice_was_stopped(program: Program) -> None:
    """The page of a web chat has shown it, and its confirmation was not in yet."""
    [page] = person_with(program, Role.SUPERVISOR, "gtj", "web")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    program.acts.by("clerk-2").transact(notices.abort, notice_id)
    program.acts.transact(notices.stop_rows, notice_id)
    assert (tap(program, page, notice_id), tap(program, page, notice_id)) == ("N20261121-0001", "")
    told = program.acts.look(notices.progress, notice_id)
    assert (told.counts["acknowledged"], told.counts["aborted"]) == (1, 0)


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


def test_taking_a_piece_away_touches_no_upload_of_anybody_else(program: Program) -> None:
    theirs = asyncio.run(program.store.put(picture()))
    program.acts.transact(evidence.add_upload, "somebody", None, theirs)
    notice_id = draft(program, Audience())
    assert program.acts.by("clerk-1").transact(notices.detach, notice_id, theirs.id) == []
    assert [row["id"] for row in rows(program, "evidence")] == [theirs.id]


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


def test_a_damaged_or_locked_sheet_is_told_and_nothing_else_happens() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for n in range(30):
        book.worksheets[0].append(["某人", 13800138000 + n])
    book.save(out)
    whole = out.getvalue()
    assert len(notices.read(whole).good) == 30
    locked, entry = bytearray(whole), whole.find(b"PK\x01\x02")
    while entry >= 0:  # the flag of a password, in each entry
        locked[entry + 8] |= 1
        entry = whole.find(b"PK\x01\x02", entry + 4)
    chance = random.Random(1)
    damaged = [bytearray(whole) for _ in range(200)]
    for data in damaged:
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    told: Counter[str] = Counter()
    for data in (locked, *damaged):
        try:
            told["read"] += bool(notices.read(bytes(data)).good)
        except Refusal as error:
            told[error.code] += 1
    assert told["list_unreadable"] > 1
    assert set(told) <= {"read", "list_unreadable", "list_empty", "list_too_big"}


def test_a_formula_that_nobody_has_calculated_is_told_with_its_line() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for cells in (["手机"], ['="138"&"00138000"'], [13900139000], ["张三", "=B2"], [None], ["#N/A"]):
        book.worksheets[0].append(cells)
    book.save(out)
    found = notices.read(out.getvalue())
    assert found.good == ("+8613900139000",)
    assert [(one.number, one.text) for one in found.bad] == [(2, '="138"&"00138000"'), (4, "张三 =B2"), (6, "#N/A")]


def test_a_long_list_is_read_whole_and_what_it_repeats_is_counted() -> None:
    numbers = [f"138{n:08d}" for n in range(30_000)]
    found = notices.read("\n".join(f"{n},{one}" for n, one in enumerate(numbers + numbers[:10])).encode())
    assert (len(found.good), found.repeated, found.bad) == (30_000, 10, [])


@pytest.mark.parametrize("close", ["", '"'], ids=["open", "closed_299_lines_later"])
def test_a_lone_quotation_mark_takes_in_no_other_line(close: str) -> None:
    lines = [f"某人{n},138{n:08d}" for n in range(1000)]
    lines[500] = '"' + lines[500]
    lines[800] += close
    found = notices.read("\n".join(lines).encode())
    assert (len(found.good), found.bad) == (1000, [])
    lines[500] = '"某人,12345'
    found = notices.read("\n".join(lines).encode())
    assert (len(found.good), [(one.number, one.text) for one in found.bad]) == (999, [(501, "某人 12345")])


def test_quoted_cells_are_read_as_they_are_meant() -> None:
    table = '"姓名","手机"\n"张三,科长","138 0013 8000"\n"李四\n(代)",13900139000\n'
    found = notices.read(table.encode())
    assert (found.good, [one.text for one in found.bad]) == (("+8613800138000", "+8613900139000"), ["李四"])


@pytest.mark.parametrize("between", [",", "，", "、", ";", "\t", " ", "/", " / ", "|"])
def test_all_numbers_of_a_line_are_taken(between: str) -> None:
    text = f"张三，13800138000{between}13900139000\n李四，13900139000\n"
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].append(["张三", f"13800138000{between}13900139000"])
    book.worksheets[0].append(["李四", 13900139000])
    book.save(out)
    for data in (text.encode(), out.getvalue()):
        found = notices.read(data)
        assert (found.good, found.repeated, found.bad) == (("+8613800138000", "+8613900139000"), 1, [])
