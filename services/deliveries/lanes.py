"""One sender a channel: order and pace are its business. Its lane says who that is, and until when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, bindparam, case, false, or_, update

from models.database import is_new
from models.prepared import Prepared
from models.tables import deliveries, lanes
from models.types import Utc
from services.deliveries.values import BROADCAST, Holder
from services.foundation.act import Act

LANE = timedelta(seconds=15)
AHEAD = timedelta(hours=1)  # longer than anything waits for another try
_KEEP = Prepared(
    update(lanes)
    .where(lanes.c.channel == bindparam("of"), lanes.c.life == bindparam("held_by"))
    .values(until=bindparam("held_until", type_=Utc()))
)


def hold_lane(act: Act, channel: str, holder: Holder, *, back: bool = True) -> bool:
    """Whether this sender may send on the channel now. One holds the lane until it is silent for too long.

    Whoever takes it over, or comes back to its place after a crash, also takes over what was being sent. `back`: as one
    that has held it in this life cannot; who has its place then is a second process that says it were the same one.
    """
    until = act.now + LANE
    if _KEEP.run(act.tx, {"of": channel, "held_by": holder.life, "held_until": until}):
        return True
    mine = (lanes.c.place == holder.place) if back else false()
    free = (lanes.c.channel == channel) & or_(mine, lanes.c.until < act.now, lanes.c.until > until + AHEAD)
    taking = update(lanes).where(free).values(place=holder.place, life=holder.life, until=until)
    row = {"channel": channel, "place": holder.place, "life": holder.life, "until": until}
    if not act.tx.execute(taking.returning(lanes.c.channel)).first() and not is_new(act.tx, lanes, row):
        return False
    _settle(act.tx, channel)
    hasten(act, channel)
    return True


def hasten(act: Act, channel: str) -> None:
    """Other tries that a clock far ahead has put off are due now."""
    put_off = (
        (deliveries.c.channel == channel) & (deliveries.c.state == "queued") & (deliveries.c.due_at > act.now + AHEAD)
    )
    tried = deliveries.c.error.is_not(None)  # what was written for later has none
    act.tx.execute(update(deliveries).where(put_off, tried).values(due_at=act.now))


def leave_lane(act: Act, channel: str, holder: Holder) -> None:
    """At a quiet end, so that another sender need not wait. Call it after the last results are recorded."""
    mine = (lanes.c.channel == channel) & (lanes.c.life == holder.life)
    if act.tx.execute(lanes.delete().where(mine).returning(lanes.c.channel)).first():
        _settle(act.tx, channel)


def _settle(tx: Connection, channel: str) -> None:
    """Nobody knows what became of what was being sent: a broadcast stays so, anything else goes out again."""
    left = (deliveries.c.channel == channel) & (deliveries.c.state == "sending")
    unknown = case((deliveries.c.urgency == BROADCAST, "uncertain"), else_="queued")
    why = case((deliveries.c.urgency == BROADCAST, "crash"), else_=deliveries.c.error)
    tx.execute(update(deliveries).where(left).values(state=unknown, error=why, attempts=deliveries.c.attempts + 1))
