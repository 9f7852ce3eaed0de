"""The list of every journey. The menu shows them in this order."""

from __future__ import annotations

from handlers import menu, notices, placing, signin
from handlers.cases import (
    addition,
    appealing,
    complaint,
    forgetting,
    rating,
    receipt,
    retaliating,
    status,
    walkin,
    withdrawing,
)
from handlers.inspections import visit
from handlers.obligations import acts, lists, not_ours, view
from services.talk import Journey

JOURNEYS: dict[str, Journey] = {
    journey.name: journey
    for journey in (
        lists.OBLIGATIONS,
        complaint.COMPLAIN,
        complaint.COMPLAINTS,
        complaint.REPEATED,
        visit.CHECK,
        visit.VISITS,
        status.STATUS,
        addition.QUESTIONS,
        addition.ADD,
        addition.CONFIRM,
        addition.ADDITIONS,
        status.CODES,
        withdrawing.WITHDRAW,
        forgetting.FORGET,
        rating.RATING,
        appealing.APPEALING,
        receipt.RECEIPT,
        retaliating.RETALIATE,
        walkin.WALKIN,
        placing.JOURNEY,
        *view.VIEWS,
        *acts.ACTS,
        not_ours.NOT_OURS,
        lists.LATE,
        notices.SEEN,
        signin.SIGN_IN,
        *menu.MENU,
    )
}
