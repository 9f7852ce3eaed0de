"""Recovery codes: shown once, to be printed, kept as keyed hashes; each signs somebody in once."""

from __future__ import annotations

from sqlalchemy import exists, func, insert, select, update

from models.tables import grants, recovery_codes
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.vault import new_code, same_code
from services.people import holds

MANY = 10
LETTERS = 12  # at 5 bits each: 60 bits


def make_codes(act: Act, person_id: str) -> list[str]:
    """Makes new codes; those from before are worth nothing any more."""
    act.tx.execute(recovery_codes.delete().where(recovery_codes.c.person_id == person_id))
    codes = [new_code(LETTERS) for _ in range(MANY)]
    rows = [{"code_hash": _hash(act, code), "person_id": person_id, "made_at": act.now} for code in codes]
    act.tx.execute(insert(recovery_codes), rows)
    audit.append(act, "recovery_codes_made", person_id)
    return codes


def use_code(act: Act, code: str) -> str | None:
    """Spends a code; returns its person, or None where it is wrong or used, or its person holds no role any more."""
    of_person = grants.c.person_id == recovery_codes.c.person_id, holds(act.now)
    good = (
        recovery_codes.c.code_hash == _hash(act, code),
        recovery_codes.c.used_at.is_(None),
        exists().where(*of_person),
    )
    spent = update(recovery_codes).where(*good).values(used_at=act.now)
    person_id = act.tx.execute(spent.returning(recovery_codes.c.person_id)).scalar()
    if person_id is not None:
        audit.append(act.by(person_id), "recovery_code_used", person_id)
    return person_id


def codes_left(act: Act, person_id: str) -> int:
    unused = recovery_codes.c.person_id == person_id, recovery_codes.c.used_at.is_(None)
    return act.tx.execute(select(func.count()).select_from(recovery_codes).where(*unused)).scalar_one()


def _hash(act: Act, code: str) -> str:
    return act.vault.index(same_code(code), "recovery")
