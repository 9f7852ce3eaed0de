"""What of the desk's further lists leaves: askings for an identity, tags, clerks with what they have, standard texts.

Each is what its page shows to whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from services import people
from services.desk.assigning import assigned
from services.desk.identities import asked_openings
from services.desk.standard import StandardText
from services.desk.tagging import tag_uses
from services.foundation.act import Act

OPENING_COLUMNS = ("number", "state", "at", "asked_by", "purpose", "answered_by", "word")
TAG_COLUMNS = ("tag", "cases", "used_day")
ASSIGNED_COLUMNS = ("clerk", "cases")
TEXT_COLUMNS = ("used_for", "about", "heading", "text", "version", "is_ended")


def openings_leaving(act: Act) -> Iterator[dict[str, Any]]:
    found = asked_openings(act)
    names = people.names_of(act, {who for one in found for who in (one.asked_by, one.answered_by) if who})
    for one in found:
        yield {
            "number": one.number or None,
            "state": one.state.value,
            "at": one.asked_at.isoformat(),
            "asked_by": names.get(one.asked_by),
            "purpose": one.purpose or None,
            "answered_by": names.get(one.answered_by or ""),
            "word": one.word or None,
        }


def tags_leaving(act: Act) -> Iterator[dict[str, Any]]:
    for one in tag_uses(act):
        yield {"tag": one.name, "cases": one.cases, "used_day": one.used_on.isoformat()}


def assigned_leaving(act: Act) -> Iterator[dict[str, Any]]:
    many = assigned(act)
    names = people.names_of(act, many)
    for person_id, cases in many.items():
        yield {"clerk": names.get(person_id), "cases": cases}


def texts_leaving(texts: Sequence[StandardText], named: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """`named`: a text with the names of its blanks."""
    for one in texts:
        told = {"used_for": one.used_for, "about": one.about, "heading": one.title, "text": named(one.text)}
        yield told | {"version": one.version, "is_ended": one.ended}
