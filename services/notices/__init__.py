"""Notices: written by a clerk, released to a frozen audience, followed to the last recipient's acknowledgement."""

from services.notices.audience import areas, reach
from services.notices.going import (
    Progress,
    Receipt,
    abort,
    acknowledged,
    again,
    carry_on,
    progress,
    receipts,
    settle,
    shown_receipts,
    starting,
    stop_rows,
    unseen,
)
from services.notices.numbers import Numbers
from services.notices.numbers import read as read_numbers
from services.notices.releasing import Spread, body_of, release, send, spread, take_back
from services.notices.seeing import acknowledge, may_open
from services.notices.values import LONGEST_TEXT, Audience, Notice, NotSent, Part, Reach, Unreached, Written
from services.notices.writing import (
    PAGE,
    add_numbers,
    attach,
    detach,
    draft,
    drop_numbers,
    listed,
    look,
    lost,
    rewrite,
)

NUMBERS_AT_ONCE = 500  # of an uploaded list, in one transaction

__all__ = [
    "LONGEST_TEXT", "NUMBERS_AT_ONCE", "PAGE", "Audience", "NotSent", "Notice", "Numbers", "Part", "Progress",
    "Reach", "Receipt", "Spread", "Unreached", "Written", "abort", "acknowledge", "acknowledged", "add_numbers",
    "again", "areas", "attach", "body_of", "carry_on", "detach", "draft", "drop_numbers", "listed", "look", "lost",
    "may_open", "progress", "reach", "read_numbers", "receipts", "release", "rewrite", "send", "settle",
    "shown_receipts", "spread", "starting", "stop_rows", "take_back", "unseen",
]  # fmt: skip
