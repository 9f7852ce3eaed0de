"""What of cases is given up when its days have passed: first who it was, later what was said. The statistics stay.

A case counts from the newest day on which anything happened to it; while anybody owes something about it, it stays.
Number, unit, kind, days, state, outcomes, ratings and what units answered are kept for good.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, update

from models.tables import cases, entries, obligations, vault
from services import evidence, people
from services.cases.life import ENDS
from services.cases.steps import held, note
from services.evidence import Forgotten
from services.foundation import audit
from services.foundation.act import Act

AT_ONCE = 100  # cases in one transaction: nobody else waits long
GONE = "—"  # stands where words have been given up


def count_forgettable(act: Act, identities: int, words: int) -> tuple[int, int]:
    """Of how many cases the identity, and of how many the words, are past these days."""
    found = (_known(act, identities), _spoken(act, words))
    who, what = (act.tx.execute(select(func.count()).select_from(cases).where(one)).scalar_one() for one in found)
    return who, what


def forget_identities(act: Act, days: int) -> int:
    """Gives up who filed some of the cases that ended so many days ago; returns how many, 0 at the end."""
    ids = _some(act, _known(act, days))
    for case_id in ids:
        people.forget_identity(act, case_id)
        evidence.forget_senders(act, case_id)
        audit.append(act, "identity_forgotten", case_id)
    return len(ids)


def forget_words(act: Act, days: int) -> tuple[int, list[Forgotten]]:
    """Gives up what was said and sent in some of these cases; how many, and the files to remove after the commit."""
    ids, files = _some(act, _spoken(act, days)), list[Forgotten]()
    for case_id in ids:
        case = held(act, case_id)
        files += evidence.forget_all(act, case_id)
        said = act.tx.execute(select(entries.c.id).where(entries.c.subject_id == case_id)).scalars().all()
        given_up = {"text": GONE, "sought": None}
        act.tx.execute(update(entries).where(entries.c.id.in_(said), entries.c.text != "").values(**given_up))
        act.tx.execute(update(cases).where(cases.c.id == case_id).values(what=GONE, staff=None, sought=None))
        for entry_id in said:
            act.wrote(entries, entry_id)
        act.wrote(cases, case_id)
        note(act, case, "forgotten", "")
    return len(ids), files


def _some(act: Act, due: ColumnElement[bool]) -> list[str]:
    locked = select(cases.c.id).where(due).order_by(cases.c.id).limit(AT_ONCE).with_for_update()
    return list(act.tx.execute(locked).scalars())


def _known(act: Act, days: int) -> ColumnElement[bool]:
    return and_(_is_over(act, days), exists().where(vault.c.subject_id == cases.c.id))


def _spoken(act: Act, days: int) -> ColumnElement[bool]:
    return and_(_is_over(act, days), cases.c.what != GONE)


def _is_over(act: Act, days: int) -> ColumnElement[bool]:
    """Whether a case has ended, nothing about it is owed, and the last thing happened more than so many days ago."""
    until = act.now.date() - timedelta(days)
    long_ago = (or_(day.is_(None), day < until) for day in (cases.c.moved_on, cases.c.decided_on, cases.c.closed_on))
    owed = exists().where(obligations.c.subject_id == cases.c.id, obligations.c.settled_at.is_(None))
    return and_(cases.c.state.in_(ENDS), *long_ago, not_(owed))
