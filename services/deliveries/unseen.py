"""What was told about reports to pages that have not been opened since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update

from conversation.messages import Body
from models.tables import FETCHING, deliveries
from services.deliveries.queueing import is_apart, open_body
from services.foundation.act import Act
from services.foundation.moments import first_of_day


def take_unseen(act: Act, days: int, most: int) -> Sequence[Body]:
    """Up to `most` bodies that no page has fetched since at least so many days ago, each given out once.

    Days, not hours: these rows tell the day alone (`queue_apart`).
    """
    old = deliveries.c.created_at <= first_of_day(act.now - timedelta(days))
    unseen = is_apart(), deliveries.c.channel == FETCHING, deliveries.c.state == "queued", deliveries.c.nudged.is_(None)
    wanted = select(deliveries.c.id, deliveries.c.sealed).where(*unseen, old)
    rows = act.tx.execute(wanted.order_by(deliveries.c.id).limit(most).with_for_update(skip_locked=True)).all()
    act.tx.execute(update(deliveries).where(deliveries.c.id.in_([row.id for row in rows])).values(nudged=True))
    return [open_body(act.vault, row.sealed) for row in rows]
