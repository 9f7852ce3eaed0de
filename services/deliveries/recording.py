"""Records what became of leased rows: those sent in one statement, however many; trouble row by row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    String,
    Update,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    update,
)

from conversation.text import inert
from models.prepared import Prepared
from models.tables import SMS, contacts, deliveries
from models.types import Utc
from services.deliveries.queueing import sent_at
from services.deliveries.values import Result
from services.foundation.act import Act

LONGEST_WIRE_ID = 64  # characters, as the column allows


def record(act: Act, results: Sequence[Result]) -> None:
    """Records results. A receipt that came before its result stands: no state is lowered."""
    sent = {one.id: _wire_id(one) for one in results if one.error is None}
    if sent:
        _SENT.run(act.tx, {"rows": None, "ids": None, "wires": None, **_listed(act.tx, sent), "sent_at": act.now})
    trouble = [one for one in results if one.error is not None]
    if trouble:
        act.tx.execute(_TROUBLE, [_troubled(one, act.now) for one in trouble])
    _reached(act.tx, [one.id for one in results if one.contact_back])
    _lost(act, [one.id for one in trouble if one.contact_gone])


def _wire_id(result: Result) -> str | None:
    """The carrier's id of the message where it can be stored: one odd id must not block all other results."""
    name = result.wire_id
    return name if name is None or (len(name) <= LONGEST_WIRE_ID and inert(name) == name) else None


def supersede(act: Act, ids: Sequence[int]) -> None:
    """Marks rows that a newer screen made pointless before they were sent."""
    if ids:
        act.tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(state="superseded"))


def stop(act: Act, ids: Sequence[int]) -> None:
    """Marks leased rows of an aborted notice that were not sent."""
    if ids:
        act.tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(state="aborted"))


def abort_deliveries(act: Act, notice_id: str, most: int) -> int:
    """Takes up to `most` rows of a notice out of the queue, those that would leave first; returns how many."""
    waits = (deliveries.c.notice_id == notice_id) & (deliveries.c.state == "queued")
    first = select(deliveries.c.id).where(waits).order_by(deliveries.c.id).limit(most)
    # `waits` is checked again: a sender may have taken some of the rows meanwhile.
    return act.tx.execute(update(deliveries).where(deliveries.c.id.in_(first), waits).values(state="aborted")).rowcount


def _reached(tx: Connection, ids: Sequence[int]) -> None:
    """Unblocks contacts that were reached; not by SMS, where only the person's own word lifts a stop."""
    if ids:
        back = contacts.c.id.in_(select(deliveries.c.contact_id).where(deliveries.c.id.in_(ids)))
        tx.execute(update(contacts).where(back, contacts.c.channel != SMS).values(blocked_at=None))


def _lost(act: Act, ids: Sequence[int]) -> None:
    if not ids:
        return
    gone = list(act.tx.execute(select(deliveries.c.contact_id).where(deliveries.c.id.in_(ids))).scalars())
    act.tx.execute(update(contacts).where(contacts.c.id.in_(gone)).values(blocked_at=act.now))
    waiting = deliveries.c.contact_id.in_(gone) & (deliveries.c.state == "queued")
    act.tx.execute(update(deliveries).where(waiting).values(state="failed", error="contact_gone"))


def _unless_known(state: str | ColumnElement[str]) -> ColumnElement[str]:
    return case((_known(), deliveries.c.state), else_=state)


def _reason(why: ColumnElement[str] | None) -> ColumnElement[str]:
    """The reason to record: the one in the carrier's report stands, and what arrived has none."""
    return case((_known(), deliveries.c.error), else_=why)


def _known() -> ColumnElement[bool]:
    return or_(*(deliveries.c.state == name for name in ("delivered", "acknowledged", "failed")))


def _sent_rows(tx: Connection) -> Update:
    if tx.dialect.name == "postgresql":
        ids, wires = bindparam("ids", type_=ARRAY(BigInteger)), bindparam("wires", type_=ARRAY(String))
        listed = func.unnest(ids, wires).table_valued("key", "value").render_derived()
    else:
        listed = func.json_each(bindparam("rows", type_=String)).table_valued("key", "value")
    return (
        update(deliveries)
        .where(deliveries.c.id == cast(listed.c.key, Integer if tx.dialect.name == "sqlite" else BigInteger))
        .values(
            state=_unless_known("sent"),
            wire_id=listed.c.value,
            error=_reason(None),
            attempts=deliveries.c.attempts + 1,
            due_at=sent_at(bindparam("sent_at", type_=Utc())),
            sent_at=sent_at(bindparam("sent_at", type_=Utc())),
        )
    )


def _listed(tx: Connection, sent: dict[int, str | None]) -> dict[str, Any]:
    if tx.dialect.name == "postgresql":
        return {"ids": list(sent), "wires": list(sent.values())}
    return {"rows": json.dumps(sent)}


_SENT = Prepared(_sent_rows)
_TROUBLE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("of"))
    .values(
        state=_unless_known(bindparam("becomes")),
        error=_reason(bindparam("why")),
        due_at=bindparam("again_at"),
        attempts=deliveries.c.attempts + bindparam("tries", type_=Integer),
    )
)


def _troubled(result: Result, now: datetime) -> dict[str, object]:
    becomes = "uncertain" if result.uncertain else "failed" if result.retry_after is None else "queued"
    again_at = now + (result.retry_after or timedelta(0))
    return {"of": result.id, "becomes": becomes, "why": result.error, "again_at": again_at, "tries": int(result.tried)}
