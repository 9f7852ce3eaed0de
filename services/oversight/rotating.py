"""Changes the key of the identities: a new one is added to the key file, and all that older ones sealed is sealed anew.

It can be broken off anywhere and goes on where it stopped, since each sealed value names its key; the program runs on
meanwhile and works with both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, select, tuple_, update

from models import tables
from services.foundation import audit
from services.foundation.act import Act, Acts
from services.foundation.keys import add_key
from services.foundation.suites import Name
from services.foundation.vault import Vault

AT_ONCE = 500  # rows in one transaction: nobody else waits long
ROUNDS = 2  # what a process had under way when the key was added is found in the second


@dataclass(frozen=True)
class Place:
    """Where identities are sealed. The first column of the key fills the gap of the purpose, where there is one."""

    table: Table
    key: tuple[Column[Any], ...]
    purpose: str


PLACES = (
    Place(tables.people, (tables.people.c.id,), "person {}"),
    Place(tables.contacts, (tables.contacts.c.id,), "address"),
    Place(tables.vault, (tables.vault.c.subject_id,), "identity {}"),
    Place(tables.owners, (tables.owners.c.subject_id, tables.owners.c.owner_hash), "owner {}"),
    Place(tables.evidence, (tables.evidence.c.id,), "evidence {}"),
    Place(tables.answer_links, (tables.answer_links.c.id,), "answer link {}"),
    Place(tables.passwords, (tables.passwords.c.person_id,), "password {}"),
    Place(tables.passkeys, (tables.passkeys.c.id,), "passkey {}"),
)


def left_under_older(tx: Connection, vault: Vault) -> int:
    """How many identities an older key than the newest seals."""
    wanted = (select(func.count()).select_from(place.table).where(_older(vault, place)) for place in PLACES)
    return sum(tx.execute(one).scalar_one() for one in wanted)


def rotate(acts: Acts, key_file: Path, suite: Name) -> Iterator[int]:
    """Adds a key, unless an earlier change was broken off, and seals anew; tells how many were, part by part.

    Raises NoMoreKeys where the file holds as many keys as it can.
    """
    if not acts.database.look(left_under_older, acts.vault):
        add_key(key_file, suite)
        acts.transact(_note, "identity_key_added")
    for _ in range(ROUNDS):
        for place in PLACES:
            last: tuple[str, ...] | None = ()
            while last is not None:
                count, last = acts.transact(_part, place, last)
                yield count
    acts.transact(_note, "identities_sealed_anew")


def _note(act: Act, event: str) -> None:
    audit.append(act, event, "", {"key": act.vault.identities.newest})


def _part(act: Act, place: Place, after: tuple[str, ...]) -> tuple[int, tuple[str, ...] | None]:
    """Seals one part anew, in the order of the key; how many, and the key of the last one, None at the end."""
    wanted = (
        select(*place.key, place.table.c.sealed).where(_older(act.vault, place)).order_by(*place.key).limit(AT_ONCE)
    )
    if after:
        wanted = wanted.where(tuple_(*place.key) > tuple_(*after))
    rows = act.tx.execute(wanted).all()
    if rows:
        as_read = [column == bindparam(f"key_{n}") for n, column in enumerate(place.key)]
        unchanged = place.table.c.sealed == bindparam("before")  # or somebody has changed it just now, with the new key
        anew = update(place.table).where(*as_read, unchanged).values(sealed=bindparam("after"))
        act.tx.execute(anew, [_sealed_anew(act, place, row) for row in rows])
    return len(rows), tuple(rows[-1][:-1]) if len(rows) == AT_ONCE else None


def _sealed_anew(act: Act, place: Place, row: Any) -> dict[str, Any]:
    *key, before = row
    purpose, identities = place.purpose.format(key[0]), act.vault.identities
    after = identities.seal_bytes(identities.open_bytes(before, purpose), purpose)
    return {**{f"key_{n}": value for n, value in enumerate(key)}, "before": before, "after": after}


def _older(vault: Vault, place: Place) -> Any:
    return func.substr(place.table.c.sealed, 1, 1) != bytes((vault.identities.newest,))
