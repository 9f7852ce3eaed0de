"""What `mingcha doctor` asks of the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from models.tables import audit, grants, people, quarantine, units
from services.contacts import CLERK
from services.vault import Vault


@dataclass(frozen=True)
class Counted:
    units: int
    clerks: int
    audit: int
    quarantined: int


def count(tx: Connection) -> Counted:
    def number(table: object, *where: object) -> int:
        return tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one()  # pyright: ignore[reportArgumentType]

    return Counted(
        number(units), number(grants, grants.c.role == CLERK, grants.c.until.is_(None)), number(audit),
        number(quarantine),
    )  # fmt: skip


def try_key(tx: Connection, vault: Vault) -> None:
    """Opens one sealed value. Raises KeyTrouble when the key is not this database's."""
    row = tx.execute(select(people.c.id, people.c.sealed).limit(1)).first()
    if row is not None:
        vault.open(row.sealed, f"person {row.id}")
