"""Searches that one of the office's people has saved under a name (C16): filters of the list, each for themself alone.

What is searched for can name people, so name and filters are sealed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

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
    search_id = new_id()
    sealed = act.vault.seal([name, asked], f"search {search_id}")
    act.tx.execute(insert(searches).values(id=search_id, person_id=act.actor, sealed=sealed))
    return True


def saved_searches(act: Act) -> list[Saved]:
    """The searches of whoever acts, by name."""
    found: list[Saved] = []
    for row in act.tx.execute(select(searches).where(searches.c.person_id == act.actor)):
        try:
            name, asked = act.vault.open(row.sealed, f"search {row.id}")
        except (KeyTrouble, ValueError):
            continue
        found.append(Saved(row.id, name, asked))
    return sorted(found, key=lambda one: one.name)


def drop_search(act: Act, search_id: str) -> None:
    """Forgets a search of whoever acts; does nothing where it is none of theirs."""
    act.tx.execute(delete(searches).where(searches.c.id == search_id, searches.c.person_id == act.actor))
