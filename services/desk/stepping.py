"""Finds the report that a clerk decides next: in the order of the list that is at hand, under the same filters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from services.cases import State
from services.desk.glances import just_read
from services.desk.listing import found_by
from services.desk.ordering import Place, in_order
from services.desk.values import BY_PROMISE, Filters
from services.foundation.act import Act

OFFICE_TURN = (State.RECEIVED, State.ACCEPTED, State.ANSWERED)  # where the office decides; a spot check is received too


def next_open(act: Act, filters: Filters, report_id: str) -> str | None:
    """The id of the report that comes next and waits for the office; after the last one the first, None without any.

    In a list by promise it is the one that is due first, since a decision moves what is promised.
    """
    by_promise = filters.sort == BY_PROMISE
    here = None if by_promise else _place(act, report_id)
    waiting = found_by(
        act, filters, just_read=just_read(act), only=lambda columns: (_waits(columns), columns.id != report_id)
    )
    for start in dict.fromkeys((here, None)):
        for place, _ in in_order(act, waiting, start, by_promise=by_promise):
            return place.id
    return None


def _waits(columns: Any) -> ColumnElement[bool]:
    """What is merged waits with its master, and by itself only where something has come in about it."""
    return or_(columns.state.in_(OFFICE_TURN), and_(columns.state == State.MERGED, ~columns.read))


def _place(act: Act, report_id: str) -> Place | None:
    """The place of a report in the list without filters, under which it may have fallen out by the decision."""
    found = found_by(act, Filters(), just_read=just_read(act), only=lambda columns: (columns.id == report_id,))
    return next((place for place, _ in in_order(act, found, None, by_promise=False)), None)
