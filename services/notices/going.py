"""How a notice goes: counting it, stopping it, noticing that it is over, and carrying it on after a kill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, select, update

from models.tables import FETCHING, deliveries, notices
from services.deliveries import abort_deliveries
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.notices.looking import locked
from services.notices.spreading import spread, unspread
from services.notices.values import ABORTED, DONE, DRAFT, RELEASED, WAITING

AT_ONCE = 5_000  # rows that one transaction stops: at 30 a second no sender gets through them before the next
_UNDER_WAY = ("queued", "sending")


@dataclass(frozen=True)
class Progress:
    """How far a notice is: recipients by state. `ready`: waits in the web chat until its page is opened."""

    state: str
    total: int
    counts: Mapping[str, int]  # unspread queued ready sending sent delivered acknowledged failed uncertain aborted
    reasons: Mapping[str, int]  # why something failed

    @property
    def over(self) -> bool:
        """Whether nothing is left for us to do; recipients may still act."""
        return not any(self.counts.get(one) for one in ("unspread", *_UNDER_WAY))


def progress(act: Act, notice_id: str) -> Progress:
    """The progress of a notice, counted from its rows. Raises Refusal: gone."""
    wanted = select(notices.c.state, notices.c.total, notices.c.send_at).where(notices.c.id == notice_id)
    row = act.tx.execute(wanted).first()
    if row is None:
        raise Refusal(Common.GONE)
    by = deliveries.c.state, deliveries.c.channel
    found = act.tx.execute(select(*by, func.count()).where(deliveries.c.notice_id == notice_id).group_by(*by)).all()
    counts: Counter[str] = Counter()
    lies_ready = row.state != ABORTED and (row.send_at is None or row.send_at <= act.now)
    for state, channel, many in found:
        counts["ready" if state == "queued" and channel == FETCHING and lies_ready else state] += many
    written = sum(counts.values())
    counts["aborted" if row.state == ABORTED else "unspread"] += max(0, (row.total or 0) - written)
    failed = (deliveries.c.notice_id == notice_id) & (deliveries.c.state == "failed")
    reasons = select(deliveries.c.error, func.count()).where(failed).group_by(deliveries.c.error)
    told = {error or "": many for error, many in act.tx.execute(reasons)} if counts["failed"] else {}
    return Progress(row.state, row.total or 0, counts, told)


def abort(act: Act, notice_id: str) -> None:
    """Stops a notice at once; its rows follow by `stop_rows`. A draft is thrown away. Raises Refusal: gone, changed."""
    notice = locked(act, notice_id, None, DRAFT, WAITING, RELEASED)
    stopped = {"state": ABORTED, "aborted_at": act.now, "aborted_by": act.actor, "spread_to": None}
    act.tx.execute(update(notices).where(notices.c.id == notice_id).values(**stopped))
    audit.append(act, "notice_aborted", notice_id, {"number": notice.number})


def stop_rows(act: Act, notice_id: str, most: int = AT_ONCE) -> bool:
    """Stops the next rows of an aborted notice; returns whether there were any."""
    return abort_deliveries(act, notice_id, most) > 0


def settle(act: Act, notice_id: str) -> bool:
    """Marks a notice as done when nothing of it is left to do; returns whether it did."""
    told = progress(act, notice_id)
    if told.state != RELEASED or not told.over:
        return False
    mine = notices.c.id == notice_id, notices.c.state == RELEASED, notices.c.spread_to.is_(None)
    return act.tx.execute(update(notices).where(*mine).values(state=DONE)).rowcount > 0


def starting(act: Act) -> list[str]:
    """The channels on which something of a notice is due: a scheduled notice rings nobody by itself."""
    due = (deliveries.c.notice_id == notices.c.id) & (deliveries.c.state == "queued") & (deliveries.c.due_at <= act.now)
    live = select(deliveries.c.channel).join_from(notices, deliveries, due)
    return list(
        act.tx.execute(live.where(notices.c.state == RELEASED, deliveries.c.channel != FETCHING).distinct()).scalars()
    )


# --- the job ----------------------------------------------------------------------------------------------------------


def carry_on(act: Act) -> bool:
    """Does one step of what was left undone: writes rows, stops rows, marks notices; returns whether there is more."""
    if (notice_id := unspread(act)) is not None:
        spread(act, notice_id)
        return True
    if (notice_id := _stopping(act.tx)) is not None:
        stop_rows(act, notice_id)
        return True
    for notice_id in act.tx.execute(select(notices.c.id).where(notices.c.state == RELEASED)).scalars():
        settle(act, notice_id)
    return False


def _stopping(tx: Connection) -> str | None:
    """An aborted notice whose rows are not all stopped."""
    left = exists().where(deliveries.c.notice_id == notices.c.id, deliveries.c.state == "queued")
    return tx.execute(select(notices.c.id).where(notices.c.state == ABORTED, left).limit(1)).scalar()
