"""The owners of cases and visits: the vault's record of who filed a report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Table, insert, select, update

from models.database import insert_or_ignore
from models.prepared import Prepared
from models.tables import contacts, owners, vault
from services.foundation.act import Act
from services.foundation.moments import newest_first
from services.foundation.vault import new_code, same_code
from services.people.accounts import Contact

_KEEP = Prepared(insert(vault), "subject_id", "receipt_hash", "sealed")
_OWN = Prepared(insert(owners), "subject_id", "owner_hash", "filed", "sealed")


def keep_identity(
    act: Act, subject_id: str, contact: Contact | None, identity: Mapping[str, Any], *, receipt: bool
) -> str | None:
    """Puts who filed a report into the vault, apart from the report; returns the receipt code if one is wanted.

    `contact`: None where a clerk has entered it; then nobody is told of it until somebody brings the code.
    """
    code = new_code() if receipt else None
    row = {
        "subject_id": subject_id,
        "receipt_hash": act.vault.index(same_code(code), "receipt") if code else None,
        "sealed": act.vault.identities.seal(dict(identity), f"identity {subject_id}"),
    }
    _KEEP.later(act.tx, row)
    if contact is not None:
        _OWN.later(act.tx, _owner(act, subject_id, contact.id, filed=True))
    return code


def follow(act: Act, subject_id: str, contact_id: str) -> None:
    """Lets this contact follow the report from now on."""
    act.tx.execute(insert_or_ignore(act.tx, owners), _owner(act, subject_id, contact_id, filed=False))


def owns(act: Act, contact_id: str, subject_id: str) -> bool:
    """Whether this contact follows this report."""
    mine = owners.c.subject_id == subject_id, owners.c.owner_hash == act.vault.index(contact_id, "owner")
    return act.tx.execute(select(owners.c.subject_id).where(*mine)).first() is not None


def newest_owned(act: Act, contact_id: str, reports: Table, most: int) -> list[str]:
    """The ids of the newest reports of a table (`id`, `received_on`, `received`) that this contact follows.

    No more moments are opened than a person files in a day or two, however many reports there are: a contact with
    thousands must not be slow to answer.
    """
    mine = owners.c.owner_hash == act.vault.index(contact_id, "owner")
    columns = reports.c.id, reports.c.received_on, reports.c.received
    joined = select(*columns).join_from(owners, reports, reports.c.id == owners.c.subject_id).where(mine)
    newest = joined.order_by(reports.c.received_on.desc(), reports.c.id).limit(2 * most)
    return [row.id for row in newest_first(act, act.tx.execute(newest).all())[:most]]


def follows(act: Act, contact_id: str) -> bool:
    """Whether this contact follows any report."""
    mine = owners.c.owner_hash == act.vault.index(contact_id, "owner")
    return act.tx.execute(select(owners.c.subject_id).where(mine).limit(1)).first() is not None


def followed(act: Act, subject_ids: Collection[str]) -> set[str]:
    """Those of these reports that anybody follows, so that what is said about them reaches a chat."""
    return set(act.tx.execute(select(owners.c.subject_id).where(owners.c.subject_id.in_(subject_ids))).scalars())


def followed_on(act: Act, subject_id: str) -> set[str]:
    """The channels on which a report is followed by accounts that take messages."""
    theirs = contacts.c.id.in_(owner_ids(act, subject_id)), contacts.c.blocked_at.is_(None)
    return set(act.tx.execute(select(contacts.c.channel).where(*theirs)).scalars())


def hand_on(act: Act, before: str, after: str) -> dict[str, str | None]:
    """Lets the contact `after` follow in place of the contact `before`; returns the reports with their new codes.

    Only what was filed from there gets a new receipt code, and the old one opens nothing any more; whoever has merely
    brought a code cannot take it from whoever filed the report.
    """
    mine = owners.c.owner_hash == act.vault.index(before, "owner")
    handed = act.tx.execute(owners.delete().where(mine).returning(owners.c.subject_id, owners.c.filed)).all()
    codes = {}
    for subject_id, filed in sorted(handed):
        act.tx.execute(insert_or_ignore(act.tx, owners), _owner(act, subject_id, after, filed=filed))
        codes[subject_id] = _new_receipt(act, subject_id) if filed else None
    return codes


def _new_receipt(act: Act, subject_id: str) -> str | None:
    """Another receipt code for a report that has one."""
    code = new_code()
    had = vault.c.subject_id == subject_id, vault.c.receipt_hash.is_not(None)
    renewed = update(vault).where(*had).values(receipt_hash=act.vault.index(same_code(code), "receipt"))
    return code if act.tx.execute(renewed).rowcount else None


def _owner(act: Act, subject_id: str, contact_id: str, *, filed: bool) -> dict[str, Any]:
    return {
        "subject_id": subject_id,
        "owner_hash": act.vault.index(contact_id, "owner"),
        "filed": filed,
        "sealed": act.vault.identities.seal_bytes(contact_id.encode(), f"owner {subject_id}"),
    }


def owner_ids(act: Act, subject_id: str) -> list[str]:
    """The contacts that follow the report, to be answered."""
    sealed = act.tx.execute(select(owners.c.sealed).where(owners.c.subject_id == subject_id)).scalars()
    return [act.vault.identities.open_bytes(one, f"owner {subject_id}").decode() for one in sealed]


def identity_of(act: Act, subject_id: str) -> dict[str, Any] | None:
    """Who filed a report: name, phone, place, exact time. Opening it leaves an audit event (`desk.open_identity`)."""
    sealed = act.tx.execute(select(vault.c.sealed).where(vault.c.subject_id == subject_id)).scalar()
    return act.vault.identities.open(sealed, f"identity {subject_id}") if sealed else None


def forget_identity(act: Act, subject_id: str) -> None:
    """Gives up for good who filed a report: nobody can be told of it any more, and its receipt code opens nothing."""
    for table in (vault, owners):
        act.tx.execute(table.delete().where(table.c.subject_id == subject_id))


def owned(act: Act, contact_id: str, reports: Table) -> list[tuple[str, bool]]:
    """The ids of all reports of a table that this contact follows, each with whether it filed it."""
    mine = owners.c.owner_hash == act.vault.index(contact_id, "owner")
    joined = select(owners.c.subject_id, owners.c.filed).join_from(owners, reports, reports.c.id == owners.c.subject_id)
    found = joined.where(mine).order_by(owners.c.subject_id)
    return [(row.subject_id, row.filed) for row in act.tx.execute(found)]


def forget_name(act: Act, subject_id: str) -> None:
    """Empties what a report's vault says of whoever filed it; its receipt code goes on."""
    nothing = act.vault.identities.seal({}, f"identity {subject_id}")
    act.tx.execute(update(vault).where(vault.c.subject_id == subject_id).values(sealed=nothing))


def leave_name(act: Act, subject_id: str, identity: Mapping[str, Any]) -> None:
    """Puts a name or a number beside what a report's vault says already of whoever filed it."""
    known = identity_of(act, subject_id) or {}
    told = {**known, **{name: value for name, value in identity.items() if value}}
    sealed = act.vault.identities.seal(told, f"identity {subject_id}")
    act.tx.execute(update(vault).where(vault.c.subject_id == subject_id).values(sealed=sealed))


def unfollow(act: Act, contact_id: str, subject_id: str, *, receipt: bool) -> None:
    """Lets this contact follow a report no more. `receipt`: its code still opens it for others."""
    mine = owners.c.subject_id == subject_id, owners.c.owner_hash == act.vault.index(contact_id, "owner")
    act.tx.execute(owners.delete().where(*mine))
    if not receipt:
        act.tx.execute(vault.delete().where(vault.c.subject_id == subject_id))


def by_receipt(act: Act, code: str) -> str | None:
    """The report of a receipt code, however it was typed."""
    known = vault.c.receipt_hash == act.vault.index(same_code(code), "receipt")
    return act.tx.execute(select(vault.c.subject_id).where(known)).scalar()
