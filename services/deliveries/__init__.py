"""Everything that leaves is a row, written in the transaction of its cause and sent after the commit.

queued -> sending (leased) -> sent -> delivered -> acknowledged; failed with the reason; uncertain, where a broadcast
may have arrived and must not be sent again; aborted with its notice; superseded by a newer screen, or because nothing
is owed any more (`about`).
"""

from services.deliveries.lanes import LANE, hasten, hold_lane, leave_lane
from services.deliveries.leasing import aborted, give_back, lease, next_due, with_news
from services.deliveries.mailbox import mailbox, received, renumber_due
from services.deliveries.queueing import NoticeBodies, encoded, open_body, queue, queue_for, queue_shared, seal_notice
from services.deliveries.receipts import delivered, undelivered
from services.deliveries.recording import abort, record, stop, supersede
from services.deliveries.values import (
    BROADCAST,
    MOST_ATTEMPTS,
    URGENCY,
    Holder,
    Letter,
    Outgoing,
    Parcel,
    Result,
    Room,
)
from services.deliveries.withholding import hold_over, withhold_about, withhold_from

__all__ = [
    "BROADCAST", "LANE", "MOST_ATTEMPTS", "URGENCY", "Holder", "Letter", "NoticeBodies", "Outgoing", "Parcel",
    "Result", "Room", "abort", "aborted", "delivered", "encoded", "give_back", "hasten", "hold_lane", "hold_over",
    "lease", "leave_lane", "mailbox", "next_due", "open_body", "queue", "queue_for", "queue_shared", "received",
    "record", "renumber_due", "seal_notice", "stop", "supersede", "undelivered", "with_news", "withhold_about",
    "withhold_from",
]  # fmt: skip
