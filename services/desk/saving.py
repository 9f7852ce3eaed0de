"""Searches that one of the office's people has saved under a name (C16): filters of the list, each for themself alone.

What is searched for can name people, so name and filters are sealed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, insert, select, update

from models.tables import searches
from services.foundation.act import Act
from services.foundation.folding import folded
from services.foundation.vault import KeyTrouble, new_id
from services.foundation.wording import readable

MOST_SAVED = 20
LONGEST_NAME = 30


@dataclass(frozen=True)
class Saved:
    """A saved search. `asked`: the filters as they stand in the address of the list."""

    id: str
    name: str
    asked: str


def save_search(act: Act, name: str, asked: str) -> bool:
    """Saves a search for whoever acts; one that they have under this name already gives way.

    False where they have as many as there may be.
    """
    name = readable(name)[:LONGEST_NAME]
    mine = saved_searches(act)
    again = [one.id for one in mine if folded(one.name) == folded(name)]
    if not again and len(mine) >= MOST_SAVED:
        return False
    act.tx.execute(delete(searches).where(searches.c.id.in_(again)))
    search = Saved(new_id(), name, asked)
    act.tx.execute(insert(searches).values(id=search.id, person_id=act.actor, sealed=_sealed(act, search)))
    return True


def saved_searches(act: Act) -> list[Saved]:
    """The searches of whoever acts, by name."""
    rows = act.tx.execute(select(searches).where(searches.c.person_id == act.actor))
    return sorted(_opened(act, rows), key=lambda one: one.name)


def drop_search(act: Act, search_id: str) -> None:
    """Forgets a search of whoever acts; does nothing where it is none of theirs."""
    act.tx.execute(delete(searches).where(searches.c.id == search_id, searches.c.person_id == act.actor))


def redirect_searches(act: Act, filter_name: str, old: str, new: str) -> None:
    """Gives everybody's searches that filter by a value that is gone the one that has taken its place."""
    for one in _opened(act, act.tx.execute(select(searches)).all()):
        asked = parse_qsl(one.asked)
        if (filter_name, old) in asked:
            moved = [(filter_name, new) if pair == (filter_name, old) else pair for pair in asked]
            sealed = _sealed(act, replace(one, asked=urlencode(moved)))
            act.tx.execute(update(searches).where(searches.c.id == one.id).values(sealed=sealed))


def _sealed(act: Act, search: Saved) -> bytes:
    return act.vault.seal([search.name, search.asked], f"search {search.id}")


def _opened(act: Act, rows: Iterable[Any]) -> Iterator[Saved]:
    """The searches that can still be opened."""
    for row in rows:
        with contextlib.suppress(KeyTrouble, ValueError):
            name, asked = act.vault.open(row.sealed, f"search {row.id}")
            yield Saved(row.id, name, asked)
