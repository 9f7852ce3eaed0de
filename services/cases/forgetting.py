"""What of cases is given up when its days have passed: first who it was, later what was said. The statistics stay.

A case counts from the newest day on which anything happened to it; while anybody owes something about it, it stays.
Number, unit, kind, days, state, outcomes, ratings and what units answered are kept for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, update

from models.tables import cases, entries, items, obligations, vault
from services import evidence, people
from services.cases.life import ENDS
from services.cases.steps import held, note
from services.evidence import Forgotten
from services.foundation import audit
from services.foundation.act import CITIZEN, Act
from services.people import Contact

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
        asked = update(items).where(items.c.case_id == case_id).values(text=GONE, sought=None).returning(items.c.id)
        for item_id in act.tx.execute(asked).scalars().all():
            act.wrote(items, item_id)
        act.wrote(cases, case_id)
        note(act, case, "forgotten", "")
    return len(ids), files


def mine(act: Act, contact: Contact) -> tuple[int, int]:
    """How many cases of this contact's own have ended with nothing owed, and how many go on."""
    owned, ended = _own(act, contact)
    return len(ended), len(owned) - len(ended)


def forget_me(act: Act, contact: Contact) -> tuple[int, int]:
    """Gives up what leads to this contact; how many cases have nothing to do with them any more, how many go on.

    What goes on loses name and number, and keeps the way for its answer. A case that somebody else filed, and whose
    receipt code this contact has brought, is only followed no more. Spot checks are no cases: they keep all they have.
    """
    (owned, ended), by = _own(act, contact), act.by(CITIZEN)
    for case_id, filed in owned:
        if filed:
            _without_name(by, case_id)
        if case_id in ended or not filed:
            people.unfollow(act, contact.id, case_id, receipt=not filed)
            if filed:
                evidence.forget_senders(act, case_id)
    return len(ended), len(owned) - len(ended)


def _own(act: Act, contact: Contact) -> tuple[list[tuple[str, bool]], set[str]]:
    """The cases that a contact follows, with whether it filed each, and those of them that have ended."""
    owned = people.owned(act, contact.id, cases)
    return owned, _ended_of(act, [case_id for case_id, _ in owned])


def _without_name(act: Act, case_id: str) -> None:
    people.forget_name(act, case_id)
    act.tx.execute(update(cases).where(cases.c.id == case_id).values(named=False))
    act.wrote(cases, case_id)
    audit.append(act, "identity_forgotten", case_id)


def _ended_of(act: Act, case_ids: Sequence[str]) -> set[str]:
    found = select(cases.c.id).where(cases.c.id.in_(case_ids), cases.c.state.in_(ENDS), not_(_owed()))
    return set(act.tx.execute(found).scalars())


def _owed() -> ColumnElement[bool]:
    return exists().where(obligations.c.subject_id == cases.c.id, obligations.c.settled_at.is_(None))


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
    return and_(cases.c.state.in_(ENDS), *long_ago, not_(_owed()))
