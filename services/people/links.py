"""One-time codes for people: each binds a chat account or opens a session, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, insert, select, update

from models.tables import grants, links
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.vault import Vault, new_code, same_code
from services.people.persons import holds


@dataclass(frozen=True)
class Link:
    """A code that is still good. `to_page`: it was asked for to sign in on a page, not to bind a chat account."""

    person_id: str
    to_page: bool


def issue_link(act: Act, person_id: str, valid_for: timedelta, *, to_page: bool = False) -> str:
    """Issues a one-time code that binds a chat account to this person, or opens a session of theirs."""
    code = new_code()
    token = act.vault.index(same_code(code), "link")
    row = {"token_hash": token, "person_id": person_id, "to_page": to_page, "expires_at": act.now + valid_for}
    act.tx.execute(insert(links).values(**row))
    audit.append(act, "link_issued", person_id)
    return code


def peek_link(act: Act, code: str) -> Link | None:
    """A code that is still good; it stays unspent.

    A person without a role cannot use it: the code is as good as expired.
    """
    columns = links.c.person_id, links.c.to_page
    row = act.tx.execute(select(*columns).where(_good(act.vault, act.now, code))).first()
    return Link(row.person_id, row.to_page) if row else None


def use_link(act: Act, code: str, way: str) -> str | None:
    """Spends a code; returns its person, or None where it is not good any more.

    A person made head takes over only once they are bound: see `services.people.take_over`.
    """
    spending = update(links).where(_good(act.vault, act.now, code)).values(used_at=act.now)
    person_id = act.tx.execute(spending.returning(links.c.person_id)).scalar()
    if person_id is not None:
        audit.append(act.by(person_id), "link_used", person_id, {"way": way})
    return person_id


def _good(vault: Vault, now: datetime, code: str) -> ColumnElement[bool]:
    token = vault.index(same_code(code), "link")
    roles = exists().where(grants.c.person_id == links.c.person_id, holds(now))
    return and_(links.c.token_hash == token, links.c.used_at.is_(None), links.c.expires_at > now, roles)
