"""What cases and visits share: the vault's record of who filed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from models.database import insert_or_ignore
from models.prepared import Prepared
from models.tables import owners, vault
from services.contacts import Contact
from services.vault import Vault, new_code, same_code

_KEEP = Prepared(insert(vault), "subject_id", "receipt_hash", "sealed")
_OWN = Prepared(lambda tx: insert_or_ignore(tx, owners), "subject_id", "owner_hash", "sealed")


def keep_identity(
    tx: Connection, keys: Vault, subject_id: str, contact: Contact, identity: Mapping[str, Any], *, receipt: bool
) -> str | None:
    """Puts who filed a report into the vault, apart from the report; returns the receipt code where one is wanted."""
    code = new_code() if receipt else None
    row = {
        "subject_id": subject_id, "receipt_hash": keys.index(same_code(code), "receipt") if code else None,
        "sealed": keys.seal(dict(identity), f"identity {subject_id}"),
    }  # fmt: skip
    _KEEP.run(tx, row)
    own(tx, keys, subject_id, contact.id)
    return code


def own(tx: Connection, keys: Vault, subject_id: str, contact_id: str) -> None:
    """From now on this contact follows the report."""
    row = {
        "subject_id": subject_id, "owner_hash": keys.index(contact_id, "owner"),
        "sealed": keys.seal_bytes(contact_id.encode(), f"owner {subject_id}"),
    }  # fmt: skip
    _OWN.run(tx, row)


def owner_ids(tx: Connection, keys: Vault, subject_id: str) -> list[str]:
    """The contacts that follow the report, to be answered."""
    sealed = tx.execute(select(owners.c.sealed).where(owners.c.subject_id == subject_id)).scalars()
    return [keys.open_bytes(one, f"owner {subject_id}").decode() for one in sealed]


def identity_of(tx: Connection, keys: Vault, subject_id: str) -> dict[str, Any] | None:
    """Name, phone, place, exact time. Whoever opens this leaves an audit event (`desk.open_identity`)."""
    sealed = tx.execute(select(vault.c.sealed).where(vault.c.subject_id == subject_id)).scalar()
    return keys.open(sealed, f"identity {subject_id}") if sealed else None


def by_receipt(tx: Connection, keys: Vault, code: str) -> str | None:
    """The report of a receipt code, however it was typed."""
    known = vault.c.receipt_hash == keys.index(same_code(code), "receipt")
    return tx.execute(select(vault.c.subject_id).where(known)).scalar()
