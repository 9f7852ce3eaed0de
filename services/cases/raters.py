"""Whoever was asked to rate an answer is reminded once; then the days pass in silence, and that is noted as silence."""

from __future__ import annotations

from sqlalchemy import select, update

from conversation.messages import Body, Button, Say
from models.tables import cases, ratings
from services import people
from services.cases.life import State
from services.cases.rating import RatingState
from services.deliveries import queue_apart
from services.foundation import audit
from services.foundation.act import Act

_asked = ratings.c.state == RatingState.ASKED


def remind_raters(act: Act, most: int) -> int:
    """Reminds, once each, whoever has not rated an answer yet; up to `most` cases, and returns how many."""
    today = act.now.date()
    due = _asked, ratings.c.remind_on <= today, ratings.c.until_on >= today, cases.c.state == State.CLOSED
    columns = ratings.c.id, ratings.c.case_id, ratings.c.until_on, cases.c.number
    found = select(*columns).join_from(ratings, cases).where(*due).order_by(ratings.c.id).limit(most)
    rows = act.tx.execute(found.with_for_update(of=ratings, skip_locked=True)).all()
    for row in rows:
        told = {"number": row.number, "until": row.until_on.isoformat()}
        say = Say("rate.remind", told, (Button(f"/rate {row.case_id}", words="rate"),))
        queue_apart(act, people.owner_ids(act, row.case_id), Body(say=say))
    act.tx.execute(update(ratings).where(ratings.c.id.in_([row.id for row in rows])).values(remind_on=None))
    return len(rows)


def lapse_ratings(act: Act, most: int) -> int:
    """Notes as silence what nobody rated in its days; up to `most`, and returns how many."""
    over = select(ratings.c.id, ratings.c.case_id).where(_asked, ratings.c.until_on < act.now.date())
    rows = act.tx.execute(over.order_by(ratings.c.id).limit(most).with_for_update(skip_locked=True)).all()
    for row in rows:
        act.tx.execute(update(ratings).where(ratings.c.id == row.id).values(state=RatingState.LAPSED))
        act.wrote(ratings, row.id)
        audit.append(act, "rating_lapsed", row.case_id)
    return len(rows)
