"""A kind of obligation: what its subject has to do with it. Whoever has such subjects registers one.

Nothing in this package knows a subject. Each callback runs in the transaction of the act that calls it; it gets the id
of the subject, None where the obligation is about nothing, and does nothing unless the kind says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.obligations.locking import Owed
from services.obligations.values import Ring, Subject, UnitSight
from services.vault import Vault

# (subject ids): those of which lists may say something, by id.
Named = Callable[[Connection, Collection[str]], Mapping[str, Subject]]
# (now, subject id, name of the unit, what the office asks)
Sight = Callable[[Connection, datetime, str | None, str, str], UnitSight | None]
# (subject id, text): raises NotDone where the text, which is meant for the unit, must not reach it.
Guard = Callable[[Connection, Vault, str | None, str], None]
# (now, actor's id, subject id, what the page showed of it): raises NotDone, and then nothing is handed over.
Handed = Callable[[Connection, Vault, datetime, str, str | None, str], Ring]
# (subject id): locks the subject where it says yes.
Waits = Callable[[Connection, str | None], bool]
# (now, actor's id, subject id, the office's word)
Concluded = Callable[[Connection, Vault, datetime, str, str, str], Ring]
# (now, actor's id, the obligation as it stands now)
Moved = Callable[[Connection, Vault, datetime, str, Owed], Ring]


def _nothing(*_given: object) -> None:
    return None


def _nobody(*_given: object) -> Ring:
    return frozenset()


@dataclass(frozen=True)
class Kind:
    """One kind of obligation, with what is asked of its subject and what happens to that on the way."""

    name: str  # its table in rulebooks/ladders.toml
    named: Named = lambda tx, subject_ids: {}  # which number names each subject
    sight: Sight = _nothing  # what the unit sees of it
    guard: Guard = _nothing  # over the office's words to the unit
    handed: Handed = _nobody  # it is being handed to a unit
    waits: Waits = lambda tx, subject_id: False  # whether somebody hears of it once its last obligation is accepted
    concluded: Concluded = _nobody  # that one is accepted now: the word goes to whoever waits, not to the unit
    answered: Moved = _nobody
    returned: Moved = _nobody
    excused: Moved = _nobody
    settled: Moved = _nobody  # accepted or excused


Kinds = Mapping[str, Kind]  # by name
