"""The key of the identities is changed while the program runs: nothing is lost, and nothing of the old key is left."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import oversight
from services.foundation.keys import keys_in
from services.oversight.rotating import PLACES
from services.people import Contact, identity_of, keep_identity
from tests.conftest import events, rows

SERVICES = Path(__file__).parents[3] / "services"


def rotate(program: Program, parts: int | None = None) -> int:
    """How many were sealed anew; with `parts`, broken off after so many."""
    going, count = oversight.rotate(program.acts, program.settings.key_path, "national"), 0
    for number, done in enumerate(going, 1):
        count += done
        if number == parts:
            going.close()
    return count


def under(program: Program) -> set[int]:
    """The numbers of the keys that seal the identities of this office."""
    return {bytes(row["sealed"])[0] for place in PLACES for row in rows(program, place.table.name)}  # pyright: ignore[reportArgumentType]


def report(program: Program, subject_id: str) -> None:
    contact = Contact("c" * 20, "fake", "zh")
    program.acts.transact(
        lambda act: keep_identity(act, subject_id, contact, {"name": f"名{subject_id}"}, receipt=False)
    )


def name_in(program: Program, subject_id: str) -> str:
    found = program.acts.look(identity_of, subject_id)
    assert found
    return found["name"]


async def test_all_identities_get_the_new_key_and_open_as_before(
    program: Program, make_program: Callable[..., Program], citizen: FakePerson
) -> None:
    await citizen.says("/menu")
    other = make_program()  # a process that runs meanwhile
    report(program, "r1")
    assert under(program) == {0}
    count = sum(len(rows(program, place.table.name)) for place in PLACES)
    assert rotate(program) == count > 3
    assert under(program) == {1}
    assert [key.suite.name for key in keys_in(program.settings.key_path.read_bytes())] == ["international", "national"]
    assert name_in(other, "r1") == "名r1", "it learns of the key that was added"
    report(other, "r2")
    assert under(program) == {1}
    assert name_in(program, "r2") == "名r2"
    assert program.database.look(oversight.left_under_older, program.vault) == 0
    assert [one["action"] for one in events(program)][-2:] == ["identity_key_added", "identities_sealed_anew"]
    await citizen.says("/menu")  # found by its address as before
    assert rotate(program) == count + 2
    assert under(program) == {2}


def test_a_process_that_has_not_looked_seals_with_the_new_key_too(
    program: Program, make_program: Callable[..., Program]
) -> None:
    other = make_program()
    report(other, "r1")
    rotate(program)
    report(other, "r2")
    assert under(program) == {1}


def test_what_was_broken_off_goes_on_without_another_key(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.oversight.rotating.AT_ONCE", 7)
    for number in range(20):
        report(program, f"r{number:02}")
    rotate(program, parts=8)
    left = program.database.look(oversight.left_under_older, program.vault)
    assert (under(program), left > 0) == ({0, 1}, True)
    assert {name_in(program, f"r{number:02}") for number in range(20)} == {f"名r{number:02}" for number in range(20)}
    assert rotate(program) == left
    assert under(program) == {1}
    assert len(keys_in(program.settings.key_path.read_bytes())) == 2
    assert {name_in(program, f"r{number:02}") for number in range(20)} == {f"名r{number:02}" for number in range(20)}


def test_what_changes_between_reading_and_writing_is_kept(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody renews an identity at the very moment in which its old state is sealed anew."""
    from services.oversight import rotating

    report(program, "r1")
    sealing = rotating._sealed_anew

    def late(act, place, row):
        if place.table.name == "vault":
            renewed = act.vault.identities.seal({"name": "新"}, "identity r1")
            act.tx.execute(place.table.update().where(place.table.c.subject_id == "r1").values(sealed=renewed))
        return sealing(act, place, row)

    monkeypatch.setattr(rotating, "_sealed_anew", late)
    rotate(program)
    assert name_in(program, "r1") == "新"


def test_no_place_is_forgotten() -> None:
    """Whatever is sealed as an identity stands in the list of what gets a new key."""
    source = "\n".join(path.read_text() for path in SERVICES.rglob("*.py"))
    sealed = set(re.findall(r"identities\.seal\w*\([^\n]*?f?\"(\w+)[^\"]*\"\)", source))
    assert sealed == {place.purpose.split()[0] for place in PLACES}
