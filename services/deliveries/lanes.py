"""Lanes: each channel has one sender, which keeps order and pace. The lane says which sender that is, until when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, bindparam, case, false, or_, update

from models.database import is_new
from models.prepared import Prepared
from models.tables import deliveries, lanes
from models.types import AT_ONCE, Utc
from services.deliveries.values import BROADCAST, Holder
from services.foundation.act import Act

LANE = timedelta(seconds=15)
AHEAD = timedelta(hours=1)  # a lane that is held for longer was taken by a clock far ahead
_KEEP = Prepared(
    update(lanes)
    .where(lanes.c.channel == bindparam("of"), lanes.c.run_id == bindparam("held_by"))
    .values(until=bindparam("held_until", type_=Utc()))
)


def hold_lane(act: Act, channel: str, holder: Holder, *, back: bool = True) -> bool:
    """Whether this sender may send on the channel now. A sender holds the lane until it is silent for too long.

    A sender that takes the lane over, or comes back to its place after a crash, also takes over what was being sent.
    `back`: whether it may come back so; in a run that has held the lane already, its place belongs to a second process.
    """
    until = act.now + LANE
    if _KEEP.run(act.tx, {"of": channel, "held_by": holder.run_id, "held_until": until}):
        return True
    mine = (lanes.c.place == holder.place) if back else false()
    free = (lanes.c.channel == channel) & or_(mine, lanes.c.until < act.now, lanes.c.until > until + AHEAD)
    taking = update(lanes).where(free).values(place=holder.place, run_id=holder.run_id, until=until)
    row = {"channel": channel, "place": holder.place, "run_id": holder.run_id, "until": until}
    if not act.tx.execute(taking.returning(lanes.c.channel)).first() and not is_new(act.tx, lanes, row):
        return False
    _settle(act.tx, channel)
    hasten(act, channel)
    return True


def hasten(act: Act, channel: str) -> None:
    """Makes due at once what waits for another try: what it waits for was known to a sender that is gone, or by a
    clock that was wrong, and what came later must not overtake it.
    """
    tried = deliveries.c.error.is_not(None)  # a message that was written for later has no error
    waits = (deliveries.c.channel == channel) & (deliveries.c.state == "queued") & tried
    act.tx.execute(update(deliveries).where(waits).values(due_at=AT_ONCE))


def leave_lane(act: Act, channel: str, holder: Holder) -> None:
    """Gives up the lane at a quiet end, so that another sender need not wait. Call it after the last results."""
    mine = (lanes.c.channel == channel) & (lanes.c.run_id == holder.run_id)
    if act.tx.execute(lanes.delete().where(mine).returning(lanes.c.channel)).first():
        _settle(act.tx, channel)


def _settle(tx: Connection, channel: str) -> None:
    """Settles what was being sent when its sender was lost: a broadcast is uncertain, anything else goes out again."""
    left = (deliveries.c.channel == channel) & (deliveries.c.state == "sending")
    unknown = case((deliveries.c.urgency == BROADCAST, "uncertain"), else_="queued")
    why = case((deliveries.c.urgency == BROADCAST, "crash"), else_=deliveries.c.error)
    tx.execute(update(deliveries).where(left).values(state=unknown, error=why, attempts=deliveries.c.attempts + 1))
