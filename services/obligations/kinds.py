"""A kind of obligation: what its subject has to do with it. Whoever has such subjects registers one.

Nothing in this package knows a subject. Each callback runs in the transaction of the act that calls it; it gets the id
of the subject, None where the obligation is about nothing, and does nothing unless the kind says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from services.foundation.act import Act
from services.obligations.locking import Owed
from services.obligations.values import Subject, UnitSight

Named = Callable[[Act, Collection[str]], Mapping[str, Subject]]  # by id, those of which lists may say something
Sight = Callable[[Act, str | None, str, str], UnitSight | None]  # (…, subject id, the unit's name, what is asked)
Guard = Callable[[Act, str | None, str], None]  # (…, subject id, text): refuses what must not reach the unit
Handed = Callable[[Act, str | None, str], None]  # (…, subject id, what the page showed of it): may refuse
Waits = Callable[[Act, str | None], bool]  # (…, subject id): locks the subject where it says yes
Concluded = Callable[[Act, str, str], bool]  # (…, subject id, the office's word): whether somebody could be told
Moved = Callable[[Act, Owed], None]  # (…, the obligation as it stands now)


def _nothing(*_given: object) -> None:
    return None


@dataclass(frozen=True)
class Kind:
    """One kind of obligation, with what is asked of its subject and what happens to that on the way."""

    name: str  # its table in rulebooks/ladders.toml
    named: Named = lambda act, subject_ids: {}  # which number names each subject
    sight: Sight = _nothing  # what the unit sees of it
    guard: Guard = _nothing  # over the office's words to the unit
    handed: Handed = _nothing  # it is being handed to a unit
    waits: Waits = lambda act, subject_id: False  # whether somebody hears of it once its last obligation is accepted
    concluded: Concluded = lambda act, subject_id, word: (
        False
    )  # that one is accepted now: the word goes to whoever waits, not to the unit
    answered: Moved = _nothing
    returned: Moved = _nothing
    excused: Moved = _nothing
    settled: Moved = _nothing  # accepted or excused


Kinds = Mapping[str, Kind]  # by name
