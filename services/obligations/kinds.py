"""A kind of obligation says what its subject has to do with it. A subject that has obligations registers one.

Nothing in this package knows a subject. Each callback runs in the transaction of the act that calls it. It gets the id
of the subject, or None where the obligation has no subject, and does nothing unless the kind says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.obligations.codes import ObligationCode
from services.obligations.locking import LockedObligation
from services.obligations.values import Subject, UnitSight

Named = Callable[[Act, Collection[str]], Mapping[str, Subject]]  # by id, the subjects of which lists may say something
Sight = Callable[[Act, str | None, str, str], UnitSight | None]  # (…, subject id, the unit's name, what is asked)
Guard = Callable[[Act, str | None, str], None]  # (…, subject id, text): refuses what must not reach the unit
Handed = Callable[[Act, str | None, str], None]  # (…, subject id, what the page showed of it): may refuse
Waits = Callable[[Act, str | None], bool]  # (…, subject id): locks the subject where it says yes
# (…, subject id, the office's word, the pieces with it): whether somebody could be told
Concluded = Callable[[Act, str, str, Sequence[str]], bool]
Part = Callable[[Act, LockedObligation], bool]  # whether it is about one part of its subject, of which somebody waits
# (…, the obligation, the office's word, the pieces with it)
Answered = Callable[[Act, LockedObligation, str, Sequence[str]], None]
Moved = Callable[[Act, LockedObligation], None]  # (…, the obligation as it stands now)


def _nothing(*_given: object) -> None:
    return None


def _about_nothing(act: Act, subject_id: str | None, seen: str) -> None:
    """Refuses a subject, for kinds of obligation that are about none. Raises Refusal: kind_wanted."""
    if subject_id is not None:
        raise Refusal(ObligationCode.KIND_WANTED)


def _never_not_ours(act: Act, obligation: LockedObligation) -> None:
    """Refuses to be given back, for kinds that cannot be somebody else's. Raises Refusal: not_ours_never."""
    raise Refusal(ObligationCode.NOT_OURS_NEVER)


@dataclass(frozen=True)
class Kind:
    """One kind of obligation, with what happens to its subject at each step."""

    name: str  # its table in rulebooks/ladders.toml
    named: Named = lambda act, subject_ids: {}  # tells which number names each subject
    sight: Sight = _nothing  # tells what the unit sees of the subject
    guard: Guard = _nothing  # guards the office's words to the unit
    handed: Handed = _about_nothing  # called when the subject is being handed to a unit; a kind without takes none
    waits: Waits = lambda act, subject_id: False  # whether somebody hears of it once its last obligation is accepted
    # Called when that last one is accepted: the word goes to whoever waits, not to the unit.
    concluded: Concluded = lambda act, subject_id, word, pieces: False
    # Where it is about a part, the word with which it is accepted is the answer to that part; nothing is concluded.
    is_part: Part = lambda act, obligation: False
    part_answered: Answered = _nothing
    answered: Moved = _nothing
    returned: Moved = _nothing
    excused: Moved = _nothing
    not_ours: Moved = _never_not_ours  # called when its unit says that it is not its duty; a kind without takes none
    batch: int = 0  # minutes within which what is handed over because of a report leaves together; 0: at once
    settled: Moved = _nothing  # whether accepted or excused; also where there is no subject that anybody waits for

    @property
    def takes_subject(self) -> bool:
        return self.handed is not _about_nothing

    @property
    def takes_not_ours(self) -> bool:
        return self.not_ours is not _never_not_ours


Kinds = Mapping[str, Kind]  # kinds by name
