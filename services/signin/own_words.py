"""What stands for somebody in a password: name, login, unit and number, as they are written and in pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import or_, select

from models.tables import units
from services.foundation.act import Act
from services.foundation.folding import folded
from services.foundation.pinyin import initials, pinyin, readings
from services.people import Person, roles_of

LONG = 4  # letters or digits: what is shorter stands in many passwords by chance, so that it counts only with figures
LONG_WRITTEN = 2  # characters of Chinese
NUMBER_PART = 6  # digits of a telephone number, from its beginning or its end
_LETTER = re.compile(r"[^\W\d_]")


def tells_enough(act: Act, password: str, person: Person, login: str, shortest: int) -> bool:
    """Whether enough of a password is left, `shortest` characters, without what everybody knows of its owner.

    What is short, as the initials are, must have letters of another kind beside it: wxm2026 has none.
    """
    typed, own = folded(password), {word for word in _own(act, person, login) if len(word) > 1}
    rest = _without(typed, (word for word in own if _is_long(word)))
    if rest != typed and len(rest) < shortest:
        return False
    bare = _without(rest, own)
    return bare == typed or _LETTER.search(bare) is not None


def _own(act: Act, person: Person, login: str) -> Iterator[str]:
    """Everything, folded, whatever its length."""
    for name in (person.name, login):
        yield from _of_person(name)
    yield from _of_units(act, person)
    digits = re.sub(r"\D", "", person.phone or "")
    yield digits[-4:]
    for many in range(NUMBER_PART, len(digits) + 1):
        yield digits[:many]
        yield digits[-many:]
    if len(digits) > 11:  # with the code of a country before it
        yield from (digits[-11:][:many] for many in range(NUMBER_PART, 12))


def _of_person(name: str) -> Iterator[str]:
    """The name whole, without the surname, the surname last, and its initials."""
    yield from (folded(part) for part in re.split(r"[\s·•.,-]+", name))
    whole = folded(name)
    for surname in (1, 2):
        given, family = whole[surname:], whole[:surname]
        if given and not whole.isascii():
            yield from (given, pinyin(given), pinyin(given) + pinyin(family), initials(given + family))
    if not whole.isascii():
        yield from (initials(whole), *readings(whole))
    yield whole


def _of_units(act: Act, person: Person) -> Iterator[str]:
    """The names of the person's units and of those above them, in characters, pinyin and English."""
    theirs = {grant.unit_id for grant in roles_of(act, person.id) if grant.unit_id}
    above = select(units.c.parent_id).where(units.c.id.in_(theirs), units.c.parent_id.is_not(None))
    for row in act.tx.execute(select(units).where(or_(units.c.id.in_(theirs), units.c.id.in_(above)))):
        name = folded(row.name)
        yield from (name, name.removeprefix("市"), row.initials, *row.pinyin.split())
        yield from map(folded, (row.english or "", *(row.aliases or ())))


def _without(typed: str, words: Iterable[str]) -> str:
    """What is left without these words, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        typed = typed.replace(word, "")
    return typed


def _is_long(word: str) -> bool:
    return len(word) >= (LONG if word.isascii() else LONG_WRITTEN)
