"""Everything that leaves is a row, written in the transaction of its cause and sent after the commit.

queued -> sending (leased) -> sent -> delivered -> acknowledged; failed with the reason; uncertain, where a broadcast
may have arrived and must not be sent again; aborted with its notice; superseded by a newer screen, or because nothing
is owed any more (`about`).
"""

from services.deliveries.exchange import Exchange, Told
from services.deliveries.lanes import hold_lane, leave_lane
from services.deliveries.leasing import lease, with_news
from services.deliveries.letters import is_known, mailbox, number_due, received, unnumbered, with_letters
from services.deliveries.queueing import (
    NoticeBodies,
    due_since,
    encoded,
    open_body,
    queue,
    queue_apart,
    queue_for,
    queue_shared,
    seal_notice,
)
from services.deliveries.receipts import delivered, undelivered
from services.deliveries.recording import abort_deliveries, record
from services.deliveries.sender import Clearance, Sender
from services.deliveries.unseen import take_unseen
from services.deliveries.values import MOST_ATTEMPTS, URGENCY, Capacity, Holder, Letter, Outgoing, Parcel, Result
from services.deliveries.withholding import withhold_about, withhold_from

__all__ = [
    "MOST_ATTEMPTS",
    "URGENCY",
    "Capacity",
    "Clearance",
    "Exchange",
    "Holder",
    "Letter",
    "NoticeBodies",
    "Outgoing",
    "Parcel",
    "Result",
    "Sender",
    "Told",
    "abort_deliveries",
    "delivered",
    "due_since",
    "encoded",
    "hold_lane",
    "is_known",
    "lease",
    "leave_lane",
    "mailbox",
    "number_due",
    "open_body",
    "queue",
    "queue_apart",
    "queue_for",
    "queue_shared",
    "received",
    "record",
    "seal_notice",
    "take_unseen",
    "undelivered",
    "unnumbered",
    "with_letters",
    "with_news",
    "withhold_about",
    "withhold_from",
]
