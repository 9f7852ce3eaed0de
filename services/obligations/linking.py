"""A link by which a body without an account answers: shown once, kept as a keyed hash, and over at a certain day.

It lives until the obligation is settled, the office ends it or makes another, or so many days after the deadline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update

from conversation.messages import Body, Say
from models.tables import answer_links, obligations
from services import calendar, people
from services.deliveries import queue_for
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.addresses import HERE
from services.foundation.phones import BadNumber, normalised
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_code, new_id, same_code
from services.foundation.wording import readable
from services.obligations.codes import ObligationCode
from services.obligations.locking import LockedObligation, unsettled
from services.obligations.values import SETTLED
from services.people import CHAT, SMS, Addressee
from services.signin import Counted, Pace, take
from templates import DEFAULT_LANGUAGE

LETTERS = 24  # 120 bits
LONGEST_POST = 60  # characters
OF_ADDRESS = Pace("answer_links", 60, timedelta(seconds=30))
OF_OURSELVES = Pace("answer_links", 600, timedelta(seconds=3))  # what comes from here may come from anywhere: a proxy


@dataclass(frozen=True)
class AnswerLink:
    """A link that still answers. `until`: the last day on which it does."""

    id: str
    obligation_id: str
    made_at: datetime
    until: date


def give_link(act: Act, obligation_id: str, seen: str, site: str, *, by_sms: bool = False) -> tuple[str, bool]:
    """Makes a link, and ends the one that there was; what stands in its address is returned this once.

    `by_sms`: it also goes to the numbers of the unit's heads; returns whether it does. Raises Refusal: gone, changed,
    settled, head_reached, no_links.
    """
    obligation = unsettled(act, obligation_id, seen)
    if calendar.limits().answer_link is None:
        raise Refusal(ObligationCode.NO_LINKS)
    if people.recipients(act, obligation.unit_id, Addressee.HEAD, CHAT):
        raise Refusal(ObligationCode.HEAD_REACHED)
    _end(act, obligation)
    code = new_code(LETTERS)
    row = {"id": new_id(), "obligation_id": obligation.id, "mark": _mark(act, code), "made_by": act.actor}
    row |= {"made_at": act.now, "ended_by": None, "ended_at": None, "sealed": _sealed(act, row["id"], {})}
    act.tx.execute(insert(answer_links).values(**row))
    act.wrote(answer_links, row)
    audit.append(act, "answer_link_given", obligation.id, {"number": obligation.number, "link": row["id"]})
    return code, by_sms and _texted(act, obligation, f"{site}/answer/{code}")


def end_link(act: Act, obligation_id: str, seen: str) -> None:
    """Ends the link; whoever opens it from now on is told that it is over. Raises Refusal: gone, changed, settled."""
    if not _end(act, unsettled(act, obligation_id, seen)):
        raise Refusal(Common.CHANGED)


def link_of(act: Act, obligation_id: str) -> AnswerLink | None:
    """The link of an obligation that still answers."""
    return _living(act, answer_links.c.obligation_id == obligation_id)


def find_link(act: Act, code: str, address: str) -> AnswerLink | timedelta | None:
    """The link with this in its address; None for any other, and for one that is over; or how long an address has to
    wait that tried too many. Every try is counted, so that whoever guesses learns nothing from the pace."""
    wait = take(act, [Counted(OF_OURSELVES if address in HERE else OF_ADDRESS, address)])
    return wait or _living(act, answer_links.c.mark == _mark(act, code))


def by_link(act: Act, link: AnswerLink, name: str, post: str, did: str) -> Act:
    """The act as done by whoever gave this name and post at the link: one actor, however often
    they come. Nobody of the people, so that a name that is typed here stands on no list and is given no role.

    Locks the obligation: nothing is done by a link that was ended meanwhile. Raises Refusal: gone, settled,
    name_wanted, post_wanted.
    """
    unsettled(act, link.obligation_id)
    kept = select(answer_links.c.sealed).where(answer_links.c.id == link.id, answer_links.c.ended_at.is_(None))
    sealed = act.tx.execute(kept).scalar()
    if sealed is None:
        raise Refusal(Common.GONE)
    who = people.named(name), " ".join(readable(post).split())[:LONGEST_POST]
    if not who[1]:
        raise Refusal(ObligationCode.POST_WANTED, "post")
    known = _opened(act, link.id, sealed)
    person_id = next((one for one, told in known.items() if told == who), "")
    if not person_id:
        person_id = new_id()
        more = _sealed(act, link.id, {**known, person_id: who})
        act.tx.execute(update(answer_links).where(answer_links.c.id == link.id).values(sealed=more))
    theirs = act.by(person_id)
    audit.append(theirs, "answer_link_used", link.obligation_id, {"link": link.id, "did": did})
    return theirs


def answered_by_link(act: Act, obligation_id: str) -> Mapping[str, tuple[str, str]]:
    """Who has acted about an obligation by a link: name and post, by the id that the history has."""
    columns = answer_links.c.id, answer_links.c.sealed
    rows = act.tx.execute(select(*columns).where(answer_links.c.obligation_id == obligation_id)).all()
    return {one: who for row in rows for one, who in _opened(act, row.id, row.sealed).items()}


def _sealed(act: Act, link_id: str, who: Mapping[str, tuple[str, str]]) -> bytes:
    return act.vault.identities.seal(who, f"answer link {link_id}")


def _opened(act: Act, link_id: str, sealed: bytes) -> dict[str, tuple[str, str]]:
    found = act.vault.identities.open(sealed, f"answer link {link_id}")
    return {one: (name, post) for one, (name, post) in found.items()}


def _end(act: Act, obligation: LockedObligation) -> bool:
    """Ends what links there are; the row of the obligation is locked."""
    mine = answer_links.c.obligation_id == obligation.id, answer_links.c.ended_at.is_(None)
    ended = update(answer_links).where(*mine).values(ended_by=act.actor, ended_at=act.now)
    ids = act.tx.execute(ended.returning(answer_links.c.id)).scalars().all()
    for link_id in ids:
        act.wrote(answer_links, link_id)
        audit.append(act, "answer_link_ended", obligation.id, {"number": obligation.number, "link": link_id})
    return bool(ids)


def _living(act: Act, which: object) -> AnswerLink | None:
    days = calendar.limits().answer_link
    columns = [answer_links.c[name] for name in ("id", "obligation_id", "made_at")]
    open_ = answer_links.c.ended_at.is_(None), obligations.c.state.not_in(SETTLED)
    joined = select(*columns, obligations.c.due_at).join_from(answer_links, obligations)
    row = act.tx.execute(joined.where(which, *open_)).first()  # pyright: ignore[reportArgumentType]
    if row is None or days is None:
        return None
    until = row.due_at.astimezone(act.now.tzinfo).date() + timedelta(days)
    made_at = row.made_at.astimezone(act.now.tzinfo)
    link = AnswerLink(row.id, row.obligation_id, made_at, until)
    return link if act.now.date() <= until else None


def _mark(act: Act, code: str) -> str:
    return act.vault.index(same_code(code), "answer link")


def _texted(act: Act, obligation: LockedObligation, address: str) -> bool:
    """Queues the address for the numbers of the heads; returns whether there is one that takes text messages."""
    numbers = dict[str, str]()
    for person_id, typed in people.phones_of(act, people.head_ids(act, obligation.unit_id)).items():
        try:
            numbers[normalised(typed)] = person_id
        except BadNumber:
            continue
    if not numbers:
        return False
    contacts = people.ensure_contacts(act, SMS, [*numbers], DEFAULT_LANGUAGE, [*numbers.values()])
    told = {"number": obligation.number, "due": obligation.due_at.isoformat(), "address": address}
    return queue_for(act, contacts, Body(say=Say("obligation.link", told)), urgency="reminder", about=obligation.id)
