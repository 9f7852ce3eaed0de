"""The chain of what was done: any change of the past shows, even one that the owner of the database makes."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, insert, select, text, update

from bot.build import Program
from models.tables import audit as table
from models.tables import audit_waiting, cases, contacts, entries, grants, obligations
from services import people
from services.foundation import anchoring, audit, chain, checkpoints
from services.foundation.act import Act
from services.foundation.chain import Broken
from services.foundation.events import Event, Told, Untold, events
from services.foundation.keys import KeyTrouble, new_line
from services.foundation.numbering import Sequencer
from services.foundation.vault import Vault
from services.foundation.walk import Unfit
from tests.drivers.auditing import audited, is_whole
from tests.drivers.waiting import until


@pytest.fixture
def chained(program: Program) -> Program:
    """The demo city's people are the first events; ten more follow."""
    decide(program, *range(10))
    return program


def decide(program: Program, *numbers: int) -> None:
    for n in numbers:
        program.acts.by("p1").transact(audit.append, "decided", f"case-{n}", {"n": n})
    number(program)


def number(program: Program) -> None:
    program.database.transact(chain.number, program.vault, wait=True)


def tamper(program: Program, statement: str | Callable[[Connection], object]) -> None:
    told = (lambda tx: tx.execute(text(statement))) if isinstance(statement, str) else statement
    program.database.transact(lambda tx: told(tx) and None)


def broken(program: Program) -> Broken | None:
    return audited(program).broken


def newest(program: Program) -> int:
    return program.database.look(chain.head)[0]


async def test_an_untouched_chain_verifies(chained: Program) -> None:
    assert is_whole(chained)
    assert audited(chained).fault == "none"
    await chained.anchoring.anchor()
    assert (is_whole(chained), audited(chained).fault, audited(chained).checkpoints) == (True, "", 2)


@pytest.mark.parametrize("change", ["day = '2020-01-01'", "lot = 300", "sealed = hash", "hash = sealed"])
def test_a_changed_event_shows(chained: Program, change: str) -> None:
    seq = newest(chained) - 4
    tamper(chained, f"update audit set {change} where seq = {seq}")
    assert broken(chained) == Broken(seq, "changed")


@pytest.mark.parametrize("change", ["day = '2020-01-01'", "lot = (lot + 1) % 256", "sealed = hash"])
def test_a_changed_event_is_not_read(chained: Program, change: str) -> None:
    tamper(chained, f"update audit set {change} where seq = {newest(chained) - 4}")
    with pytest.raises(KeyTrouble):
        chained.database.look(lambda tx: list(events(tx, chained.vault)))


def test_a_removed_event_shows(chained: Program) -> None:
    tamper(chained, "delete from audit where seq = 5")
    assert broken(chained) == Broken(5, "missing")


def test_two_events_in_each_others_place_show(chained: Program) -> None:
    for one, other in ((5, 1005), (6, 5), (1005, 6)):
        tamper(chained, f"update audit set seq = {other} where seq = {one}")
    assert broken(chained) == Broken(5, "changed")


def test_in_the_open_stand_only_days_and_lots(chained: Program) -> None:
    """Neither who nor what, neither when nor about whom; nor does a length tell one kind of event from another."""
    chained.acts.by("clerk-7").transact(audit.append, "identity_opened", "case-1", {"purpose": "核实"})
    number(chained)
    rows = chained.database.look(lambda tx: tx.execute(select(table)).mappings().all())
    assert {name for row in rows for name in row} == {"seq", "day", "lot", "sealed", "hash"}
    decided, opened = (rows[-n]["sealed"] for n in (2, 1))
    assert len(decided) == len(opened)
    open_parts = repr([bytes(row["sealed"]) for row in rows])
    assert not [word for word in ("clerk-7", "identity_opened", "case-1", "purpose") if word in open_parts]
    assert {0 <= row["lot"] < 256 for row in rows} == {True}
    [told] = chained.database.look(
        lambda tx: [one for one in events(tx, chained.vault, "case-1") if one.detail.get("purpose")]
    )
    assert (told.actor, told.action, told.at) == ("clerk-7", "identity_opened", chained.clock())


# --- what the database's owner can do without the key file ------------------------------------------------------------


def forge(program: Program, many: int) -> None:
    """Appends events as the program does, with everything of it but its key file."""
    other = Vault(new_line("international"))
    told = Told([Event(program.clock(), "p1", "invented", f"case-{n}", {}) for n in range(many)])

    def write(tx: Connection) -> None:
        chain.write(tx, other, told)
        chain.number(tx, other, wait=True)

    program.database.transact(write)


def copies_of(program: Program, many: int) -> list[dict[str, Any]]:
    rows = program.database.look(
        lambda tx: tx.execute(select(table).order_by(table.c.seq.desc()).limit(many)).mappings().all()
    )
    return [{name: row[name] for name in ("day", "lot", "sealed")} for row in rows]


async def test_a_chain_written_anew_shows(chained: Program) -> None:
    await chained.anchoring.anchor()
    last = newest(chained)
    tamper(chained, "delete from audit")
    forge(chained, last + 5)
    assert broken(chained) == Broken(1, "changed")


async def test_a_tail_forged_above_the_last_anchor_shows(chained: Program) -> None:
    await chained.anchoring.anchor()
    last = newest(chained)
    forge(chained, 1)
    assert broken(chained) == Broken(last + 1, "changed")


async def test_a_cut_tail_shows_and_nothing_is_written_over_it(chained: Program) -> None:
    await chained.anchoring.anchor()
    last, file = newest(chained), chained.settings.anchor_path
    tamper(chained, f"delete from audit where seq > {last - 3}")
    assert broken(chained) == Broken(last - 2, "cut")
    before = file.read_bytes()
    await chained.anchoring.anchor()
    assert (chained.anchoring.fault, file.read_bytes()) == ("cut", before)
    decide(chained, *range(20))
    await chained.anchoring.anchor()
    assert broken(chained) == Broken(last - 1, "changed"), "the chain went on where it had been cut"


CHECKPOINT_LINES = 6


def remove(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def damage(file: Path) -> None:
    file.write_text(file.read_text().replace("\nafter 0\n", "\nafter 7\n"))


def break_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def cut(file: Path) -> None:
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-CHECKPOINT_LINES]))


def leave_out(file: Path) -> None:
    file.write_text("".join(file.read_text().splitlines(keepends=True)[CHECKPOINT_LINES:]))


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (remove, "lost"),
        (empty, "empty"),
        (damage, "damaged"),
        (break_off, "damaged"),
        (cut, "short"),
        (leave_out, "damaged"),
    ],
)
async def test_an_anchor_file_that_is_not_as_it_was_written_is_told_and_left_alone(
    chained: Program, spoil: Callable[[Path], None], fault: str
) -> None:
    """With it whoever cuts the tail of the chain would be safe, so it is no less bad than the cut itself."""
    file = chained.settings.anchor_path
    await chained.anchoring.anchor()
    decide(chained, 11)
    await chained.anchoring.anchor()
    assert len(file.read_text().split("after")) == 4
    spoil(file)
    assert audited(chained).fault == fault
    before = file.read_bytes() if file.exists() else None
    decide(chained, 12)
    await chained.anchoring.anchor()
    assert (chained.anchoring.fault, audited(chained).fault) == (fault, fault)
    assert (file.read_bytes() if file.exists() else None) == before


async def test_an_anchor_file_is_begun_anew_only_where_somebody_says_so_and_that_stays_told(chained: Program) -> None:
    file = chained.settings.anchor_path
    await chained.anchoring.anchor()
    empty(file)
    assert await anchoring.anchor(chained.acts, file, anew=True) == ""
    found = audited(chained)
    assert (found.fault, found.anew, found.broken, found.checkpoints) == ("", True, None, 2)
    assert file.with_name("anchor.log.1").exists()


async def test_what_the_program_forgot_is_no_help_where_the_file_was_removed(chained: Program) -> None:
    """The event of the first anchoring stays in the chain, whatever is done to the number that the database keeps."""
    await chained.anchoring.anchor()
    chained.settings.anchor_path.unlink()
    tamper(chained, "delete from counters where name like 'anchor%'")
    assert audited(chained).fault == "lost"


@pytest.mark.parametrize("point", ["before", "lay", "event", "extend"])
async def test_a_kill_at_any_instant_of_the_first_anchoring_leaves_no_file_that_seems_lost(
    chained: Program, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_given: object) -> None:
        raise Killed

    file = chained.settings.anchor_path
    with monkeypatch.context() as broken:
        if point == "lay":
            broken.setattr(checkpoints.Path, "replace", killed)  # the file is written, and not yet in its place
        if point == "event":
            broken.setattr(anchoring.audit, "append", killed)
        if point == "extend":
            broken.setattr(anchoring, "_extend", killed)
        if point != "before":
            with pytest.raises(Killed):
                await anchoring.anchor(chained.acts, file)
    assert audited(chained).fault in ("", "none")
    assert await anchoring.anchor(chained.acts, file) == ""
    found = audited(chained)
    assert (found.fault, found.anew, found.broken) == ("", False, None)
    file.unlink()
    tamper(chained, "delete from counters where name like 'anchor%'")
    assert audited(chained).fault == "lost", "the event of a file that was begun is there"


async def test_a_checkpoint_has_the_form_in_which_others_check_it(chained: Program) -> None:
    """A C2SP signed note with a tlog-checkpoint in it, checked here with nothing but the key that `doctor` shows."""
    await chained.anchoring.anchor()
    kept = chained.settings.anchor_path.read_text()
    note = kept[kept.index(f"{checkpoints.origin_of(chained.vault)}\n", 1) :]  # the newer of two
    signed, signature = note.rsplit("\n\n", 1)
    name, key_id, key = checkpoints.verifier_of(chained.vault).split("+", 2)
    origin, size, head, *_ = signed.splitlines()
    assert (origin, int(size), len(b64decode(head))) == (name, newest(chained), 32)
    dash, signer, made = signature.rstrip("\n").split(" ")
    assert (dash, signer) == ("\N{EM DASH}", name)
    assert b64decode(made)[:4].hex() == key_id == sha256(f"{name}\n".encode() + b64decode(key)).digest()[:4].hex()
    public = Ed25519PublicKey.from_public_bytes(b64decode(key)[1:])
    public.verify(b64decode(made)[4:], f"{signed}\n".encode())
    with pytest.raises(InvalidSignature):
        public.verify(b64decode(made)[4:], f"{signed}1\n".encode())
    later = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n").replace(f"after {int(size) - 1}", f"after {size}")
    chained.settings.anchor_path.write_text(kept + later)
    assert audited(chained).fault == "damaged"


# --- what it vouches for ----------------------------------------------------------------------------------------------


def file_case(act: Act) -> None:
    row = {
        "id": "case-a",
        "number": "20261121-0001",
        "kind": "question",
        "source": "web",
        "what": "几点开门？",
        "named": False,
        "state": "received",
        "received_on": act.now.date(),
        "received": b"",
        "moved_on": act.now.date(),
        "moved": b"",
    }
    act.tx.execute(insert(cases).values(**row))
    act.wrote(cases, row)
    said = {"id": "entry-a", "subject_id": "case-a", "kind": "answer", "text": "九点", "at": act.now}
    act.tx.execute(insert(entries).values(**said))
    act.wrote(entries, said)
    audit.append(act, "question_filed", "case-a", {"number": row["number"]})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update cases set what = '没有什么'", Unfit("cases", "case-a", "20261121-0001", "changed")),
        ("update cases set state = 'answered'", Unfit("cases", "case-a", "20261121-0001", "changed")),
        ("delete from cases", Unfit("cases", "case-a", "20261121-0001", "gone")),
        ("update entries set text = '十点'", Unfit("entries", "entry-a", "20261121-0001", "changed")),
        ("delete from entries", Unfit("entries", "entry-a", "20261121-0001", "gone")),
    ],
)
def test_a_row_that_was_changed_past_the_program_shows(program: Program, change: str, told: Unfit) -> None:
    program.acts.transact(file_case)
    assert is_whole(program)
    tamper(program, change)
    assert audited(program).unfit == [told]


def test_ten_rows_that_do_not_fit_are_named_and_the_others_counted(program: Program) -> None:
    program.acts.transact(file_case)
    person = program.acts.look(first_person)
    given = [{"id": f"grant-{n:02}", "person_id": person, "role": "auditor"} for n in range(12)]
    tamper(program, lambda tx: tx.execute(insert(grants), [{**one, "since": program.clock()} for one in given]))
    tamper(program, "delete from entries")
    found = audited(program)
    assert ([one.id for one in found.unfit], found.more) == ([one["id"] for one in given[:10]], 3)
    tamper(program, "delete from grants where id >= 'grant-09'")
    found = audited(program)
    assert ([one.id for one in found.unfit], found.more) == ([*(one["id"] for one in given[:9]), "entry-a"], 0)
    assert (found.unfit[-1].number, found.unfit[-1].reason) == ("20261121-0001", "gone")


def test_a_row_that_was_put_there_past_the_program_shows(program: Program) -> None:
    """A role that somebody gives themselves, and a role that is not over after all."""
    mine = {"id": "grant-a", "person_id": program.acts.look(first_person), "role": "auditor"}
    tamper(program, lambda tx: tx.execute(insert(grants).values(**mine, since=program.clock())))
    assert audited(program).unfit == [Unfit("grants", "grant-a", mine["person_id"], "untold")]
    tamper(program, "delete from grants where id = 'grant-a'")
    assert is_whole(program)
    tamper(program, lambda tx: tx.execute(update(grants).values(until=program.clock())))
    found = audited(program).unfit[0]
    assert (found.table, found.reason) == ("grants", "changed")


def test_an_account_or_a_session_that_was_given_to_somebody_past_the_program_shows(program: Program) -> None:
    """Whoever can write the database becomes nobody of the office unseen, and nobody is cut off unseen."""
    key, mine = people.address_hash(program.vault, "fake", "citizen"), program.acts.look(first_person)
    contact = program.acts.transact(people.lock_contacts, {key: ("fake", "citizen", "zh")})[key]
    assert is_whole(program)
    tamper(program, lambda tx: tx.execute(update(contacts).where(contacts.c.id == contact.id).values(person_id=mine)))
    assert audited(program).unfit == [Unfit("contacts", contact.id, mine, "untold")]
    tamper(program, lambda tx: tx.execute(update(contacts).where(contacts.c.id == contact.id).values(person_id=None)))
    program.acts.transact(people.bind_contact, contact.id, mine)
    program.acts.transact(
        people.open_session, mine, people.Way.LINK, people.Device("other", "other"), timedelta(hours=1)
    )
    assert is_whole(program)
    tamper(program, "update logins set person_id = (select id from people where id <> logins.person_id limit 1)")
    found = audited(program).unfit[0]
    assert (found.table, found.reason) == ("logins", "changed")
    tamper(program, "delete from logins")  # as each goes when it ends
    assert is_whole(program)
    program.acts.transact(people.bind_contact, contact.id, None)
    assert is_whole(program)


def first_person(act: Act) -> str:
    return act.tx.execute(select(grants.c.person_id).limit(1)).scalar_one()


def test_a_copy_of_an_old_event_does_not_make_an_old_row_fit_again(program: Program) -> None:
    program.acts.transact(file_case)
    number(program)
    [old] = copies_of(program, 1)

    def answered(act: Act) -> None:
        act.tx.execute(update(cases).values(state="answered"))
        act.wrote(cases, "case-a")
        audit.append(act, "question_answered", "case-a")

    program.acts.transact(answered)
    assert is_whole(program)
    tamper(program, "update cases set state = 'received'")
    if program.database.is_sqlite:
        put = insert(table).values(**old, seq=newest(program) + 1, hash=bytes(32))
        tamper(program, lambda tx: tx.execute(put))
        assert broken(program) == Broken(newest(program), "changed")
    else:
        tamper(program, lambda tx: tx.execute(insert(audit_waiting).values(sealed=old["sealed"])))
        found = audited(program)
        assert found.broken == Broken(newest(program), "repeated")


def test_whoever_writes_such_a_row_without_an_event_is_stopped(program: Program) -> None:
    def silently(act: Act) -> None:
        act.wrote(obligations, "o-1")

    with pytest.raises(Untold, match="obligations"):
        program.acts.transact(silently)


# --- events that wait for their number --------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_writer_waits_for_no_other_and_what_commits_late_is_numbered_too(
    make_program: Callable[..., Program],
) -> None:
    """The first writer has the lower number in the database and commits last."""
    program, other = make_program(), make_program()
    number(program)
    before = newest(program)
    with program.database.engine.begin() as tx:
        act = Act(tx, program.vault, program.clock())
        audit.append(act, "slow", "a")
        chain.write(tx, program.vault, act.told)
        other.acts.transact(audit.append, "quick", "b")
        assert await Sequencer(other.acts).number() == 1
        assert newest(other) == before + 1
    assert await Sequencer(other.acts).number() == 1
    assert [one.action for one in program.database.look(lambda tx: list(events(tx, program.vault)))][-2:] == [
        "quick",
        "slow",
    ]
    assert is_whole(program)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_one_numbers_at_a_time(make_program: Callable[..., Program]) -> None:
    program, other = make_program(), make_program()
    number(program)
    program.acts.transact(audit.append, "done", "a")
    with other.database.engine.begin() as tx:
        assert chain.number(tx, other.vault).events == 1
        assert await Sequencer(program.acts).number() == 0, "the lane is taken"
    assert is_whole(program)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_sequencer_is_rung_and_what_it_does_not_know_stays_and_is_told(program: Program) -> None:
    number(program)
    running = asyncio.create_task(Sequencer(program.acts, 0.0).run())
    try:
        await program.acts.write(audit.append, "done", "a")
        await until(lambda: not program.database.look(lambda tx: tx.execute(select(audit_waiting)).all()))
        assert is_whole(program)
        tamper(program, lambda tx: tx.execute(insert(audit_waiting).values(sealed=bytes(150))))
        await program.acts.write(audit.append, "done", "b")
        await until(lambda: len(program.database.look(lambda tx: tx.execute(select(audit_waiting)).all())) == 1)
    finally:
        running.cancel()
    found = audited(program)
    assert (found.broken, found.late) == (None, True)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_event_that_nobody_numbers_is_an_alarm_after_five_seconds(program: Program, clock: Any) -> None:
    number(program)
    program.acts.transact(audit.append, "done", "a")

    def late() -> bool:
        return program.database.look(chain.is_late, program.vault, program.clock())

    assert not late()
    clock.passes(seconds=6)
    assert late()
    number(program)
    assert not late()
