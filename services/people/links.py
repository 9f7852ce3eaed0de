"""The ways in for people: one-time codes, which bind a chat account or open the console, and console sessions."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, insert, select, update

from models.tables import grants, links, logins
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.vault import Vault, new_code, same_code
from services.people.persons import holds

OFFICE_LOGIN = timedelta(hours=12)


def issue_link(act: Act, person_id: str, valid_for: timedelta) -> str:
    """Issues a one-time code that binds a chat account, or opens the console, to this person."""
    code = new_code()
    token = act.vault.index(same_code(code), "link")
    act.tx.execute(insert(links).values(token_hash=token, person_id=person_id, expires_at=act.now + valid_for))
    audit.append(act, "link_issued", person_id)
    return code


def peek_link(act: Act, code: str) -> str | None:
    """The person of a code that is still good; the code stays unspent.

    A person without a role cannot use it: the code is as good as expired.
    """
    return act.tx.execute(select(links.c.person_id).where(_good(act.vault, act.now, code))).scalar()


def use_link(act: Act, code: str, way: str) -> str | None:
    """Spends a code; returns its person, or None where it is not good any more.

    A person made head takes over only once they are bound: see `services.people.take_over`.
    """
    spending = update(links).where(_good(act.vault, act.now, code)).values(used_at=act.now)
    person_id = act.tx.execute(spending.returning(links.c.person_id)).scalar()
    if person_id is not None:
        audit.append(act.by(person_id), "link_used", person_id, {"way": way})
    return person_id


def sign_in(act: Act, person_id: str) -> str:
    """Opens a console session; returns its token, which is for the cookie and is not kept."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": act.vault.index(token, "login"), "person_id": person_id, "expires_at": act.now + OFFICE_LOGIN}
    act.tx.execute(insert(logins).values(**row))
    return token


def signed_in(act: Act, token: str) -> str | None:
    """The person of a console session that has not expired."""
    good = logins.c.token_hash == act.vault.index(token, "login"), logins.c.expires_at > act.now
    return act.tx.execute(select(logins.c.person_id).where(*good)).scalar()


def sign_out(act: Act, token: str) -> None:
    act.tx.execute(logins.delete().where(logins.c.token_hash == act.vault.index(token, "login")))


def _good(vault: Vault, now: datetime, code: str) -> ColumnElement[bool]:
    token = vault.index(same_code(code), "link")
    roles = exists().where(grants.c.person_id == links.c.person_id, holds(now))
    return and_(links.c.token_hash == token, links.c.used_at.is_(None), links.c.expires_at > now, roles)
