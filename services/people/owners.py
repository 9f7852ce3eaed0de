"""The owners of cases and visits: the vault's record of who filed a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from models.database import insert_or_ignore
from models.prepared import Prepared
from models.tables import owners, vault
from services.foundation.act import Act
from services.foundation.vault import new_code, same_code
from services.people.accounts import Contact

_KEEP = Prepared(insert(vault), "subject_id", "receipt_hash", "sealed")
_OWN = Prepared(insert(owners), "subject_id", "owner_hash", "sealed")


def keep_identity(
    act: Act, subject_id: str, contact: Contact, identity: Mapping[str, Any], *, receipt: bool
) -> str | None:
    """Puts who filed a report into the vault, apart from the report; returns the receipt code if one is wanted."""
    code = new_code() if receipt else None
    row = {
        "subject_id": subject_id,
        "receipt_hash": act.vault.index(same_code(code), "receipt") if code else None,
        "sealed": act.vault.seal(dict(identity), f"identity {subject_id}"),
    }
    _KEEP.later(act.tx, row)
    _OWN.later(act.tx, _owner(act, subject_id, contact.id))
    return code


def follow(act: Act, subject_id: str, contact_id: str) -> None:
    """Lets this contact follow the report from now on."""
    act.tx.execute(insert_or_ignore(act.tx, owners), _owner(act, subject_id, contact_id))


def _owner(act: Act, subject_id: str, contact_id: str) -> dict[str, Any]:
    return {
        "subject_id": subject_id,
        "owner_hash": act.vault.index(contact_id, "owner"),
        "sealed": act.vault.seal_bytes(contact_id.encode(), f"owner {subject_id}"),
    }


def owner_ids(act: Act, subject_id: str) -> list[str]:
    """The contacts that follow the report, to be answered."""
    sealed = act.tx.execute(select(owners.c.sealed).where(owners.c.subject_id == subject_id)).scalars()
    return [act.vault.open_bytes(one, f"owner {subject_id}").decode() for one in sealed]


def identity_of(act: Act, subject_id: str) -> dict[str, Any] | None:
    """Who filed a report: name, phone, place, exact time. Opening it leaves an audit event (`desk.open_identity`)."""
    sealed = act.tx.execute(select(vault.c.sealed).where(vault.c.subject_id == subject_id)).scalar()
    return act.vault.open(sealed, f"identity {subject_id}") if sealed else None


def by_receipt(act: Act, code: str) -> str | None:
    """The report of a receipt code, however it was typed."""
    known = vault.c.receipt_hash == act.vault.index(same_code(code), "receipt")
    return act.tx.execute(select(vault.c.subject_id).where(known)).scalar()
