"""Notices: written by a clerk, released to a frozen audience, followed to the last recipient's acknowledgement."""

from services.notices.audience import areas, kinds_with_people, reach
from services.notices.codes import NoticeCode
from services.notices.course import Course
from services.notices.family import relatives
from services.notices.going import Progress, abort, carry_on, progress, settle, starting, stop_rows
from services.notices.leaving import COLUMNS, leaving
from services.notices.looking import PAGE, listed, look, waiting_for
from services.notices.phone_lists import read
from services.notices.receipts import IN_RECEIPTS, MOST_SHOWN, RECIPIENTS, STATE, acknowledged, number_shown, receipts
from services.notices.releasing import body_of, release, send, take_back, wakes_at
from services.notices.repeating import again, missed, unacknowledged
from services.notices.seeing import acknowledge, awaited, may_open
from services.notices.spreading import spread
from services.notices.values import LONGEST_TEXT, Audience, Notice, Part, Written
from services.notices.writing import add_numbers, attach, detach, draft, draft_once, drop_numbers, rewrite

NUMBERS_AT_ONCE = 500  # numbers of an uploaded list in one transaction

__all__ = [
    "COLUMNS",
    "IN_RECEIPTS",
    "LONGEST_TEXT",
    "MOST_SHOWN",
    "NUMBERS_AT_ONCE",
    "PAGE",
    "RECIPIENTS",
    "STATE",
    "Audience",
    "Course",
    "Notice",
    "NoticeCode",
    "Part",
    "Progress",
    "Written",
    "abort",
    "acknowledge",
    "acknowledged",
    "add_numbers",
    "again",
    "areas",
    "attach",
    "awaited",
    "body_of",
    "carry_on",
    "detach",
    "draft",
    "draft_once",
    "drop_numbers",
    "kinds_with_people",
    "leaving",
    "listed",
    "look",
    "may_open",
    "missed",
    "number_shown",
    "progress",
    "reach",
    "read",
    "receipts",
    "relatives",
    "release",
    "rewrite",
    "send",
    "settle",
    "spread",
    "starting",
    "stop_rows",
    "take_back",
    "unacknowledged",
    "waiting_for",
    "wakes_at",
]
