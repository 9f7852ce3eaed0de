"""The ways in which one person can come back, together: to be shown, and to be taken away after a phone is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from models.tables import passkeys, passwords, recovery_codes
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.people import Session, end_sessions
from services.signin.codes import SignInCode
from services.signin.passkeys import Passkey, passkeys_of
from services.signin.recovery import codes_left

FRESH = timedelta(minutes=30)


@dataclass(frozen=True)
class Ways:
    """How somebody can sign in without a link. `login`: of their password; None where they have none."""

    login: str | None
    passkeys: Sequence[Passkey]
    codes_left: int

    def __bool__(self) -> bool:
        return self.login is not None or bool(self.passkeys)


def ways_of(act: Act, person_id: str) -> Ways:
    row = act.tx.execute(select(passwords.c.sealed).where(passwords.c.person_id == person_id)).first()
    login = act.vault.identities.open(row.sealed, f"password {person_id}")["login"] if row else None
    return Ways(login, passkeys_of(act, person_id), codes_left(act, person_id))


def has_way(act: Act, person_id: str) -> bool:
    """Whether somebody can sign in without asking anybody."""
    return any(
        act.tx.execute(select(table.c.person_id).where(table.c.person_id == person_id).limit(1)).first()
        for table in (passkeys, passwords)
    )


def is_stale(act: Act, session: Session) -> bool:
    """Whether somebody must prove anew who they are before their ways change: they can, and have not done so lately.

    Or else whoever finds a session open, or steals one, would come back as this person for good.
    """
    return act.now - session.since > FRESH and has_way(act, session.person_id)


def prove_fresh(act: Act, session: Session) -> None:
    """Raises Refusal: sign_in_again."""
    if is_stale(act, session):
        raise Refusal(SignInCode.SIGN_IN_AGAIN)


def take_ways(act: Act, person_id: str) -> None:
    """Takes all ways of a person away and ends their sessions: what was lost or seen opens nothing any more."""
    for table in (passkeys, passwords, recovery_codes):
        act.tx.execute(table.delete().where(table.c.person_id == person_id))
    end_sessions(act, person_id)
    audit.append(act, "ways_taken", person_id)
