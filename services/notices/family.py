"""A notice and its repeats ("…-2", "…-3") are one matter: to acknowledge one of them is to acknowledge it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, or_, select

from models.tables import contacts, deliveries, notices
from services.foundation.act import Act
from services.notices.values import Audience, Notice, audience_of


def same_matter(first: FromClause, other: FromClause) -> ColumnElement[bool]:
    """The condition on two `notices` that the other is the first one or a repeat of it."""
    return or_(other.c.id == first.c.id, other.c.number.startswith(first.c.number.concat("-")))


class Relative(NamedTuple):
    """A notice or one of its repeats."""

    id: str
    number: str
    state: str
    audience: Audience


def family(act: Act, root_id: str) -> list[Relative]:
    """A notice and its repeats."""
    first = notices.alias()
    columns = notices.c.id, notices.c.number, notices.c.state, notices.c.audience
    found = select(*columns).join(first, same_matter(first, notices)).where(first.c.id == root_id)
    rows = act.tx.execute(found.order_by(notices.c.created_at, notices.c.id))
    return [Relative(row.id, row.number, row.state, audience_of(row.audience)) for row in rows]


def relatives(act: Act, notice: Notice) -> list[Relative]:
    """The first one and the repeats of a notice, without itself, in the order in which they were written."""
    return [one for one in family(act, notice.audience.root or notice.id) if one.id != notice.id]


def not_acknowledged(act: Act, root_id: str) -> ColumnElement[bool]:
    """The condition for `contacts` whose person has acknowledged neither this notice nor a repeat, on any account."""
    sent, reader = deliveries.alias(), contacts.alias()
    mine = sent.c.notice_id.in_([one.id for one in family(act, root_id)]), sent.c.state == "acknowledged"
    readers = select(reader.c.id).join_from(sent, reader, reader.c.id == sent.c.contact_id).where(*mine)
    people = readers.with_only_columns(reader.c.person_id).where(reader.c.person_id.is_not(None))
    apart = or_(contacts.c.person_id.is_(None), contacts.c.person_id.not_in(people))
    return and_(contacts.c.id.not_in(readers), apart)
