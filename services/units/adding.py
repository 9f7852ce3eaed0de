"""Writes units, each with its pinyin, which is made once so that searching needs no dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from models.tables import units
from services.foundation import pinyin
from services.foundation.act import Act


@dataclass(frozen=True)
class NewUnit:
    id: str
    name: str
    kind: str = "bureau"
    parent_id: str | None = None
    area: str | None = None  # area of the city: an audience of notices
    initials: str | None = None  # given only where people do not type the name's own
    english: str | None = None
    duty: str | None = None  # who is on duty in its hall (R27)
    aliases: Sequence[str] | None = None  # what else people call it: 不动产中心, 房管局


def add_units(act: Act, new: Iterable[NewUnit]) -> None:
    """Adds units in this order."""
    rows = [
        {
            "id": unit.id,
            "parent_id": unit.parent_id,
            "kind": unit.kind,
            "name": unit.name,
            "position": position,
            "closed": False,
            "area": unit.area,
            "english": unit.english,
            "duty": unit.duty,
            "aliases": list(unit.aliases or ()) or None,
            **spelled(unit.name, unit.initials),
        }
        for position, unit in enumerate(new)
    ]
    if rows:
        act.tx.execute(insert(units), rows)


def spelled(name: str, initials: str | None = None) -> dict[str, str]:
    """The pinyin of a name, run together from every start that people use: 市国土局 is shiguotuju and guotuju."""
    core = name.removeprefix("市")
    whole = [pinyin.pinyin(one) for one in dict.fromkeys((core, name))]
    return {"pinyin": " ".join(whole)[:400], "initials": (initials or pinyin.initials(core))[:100]}
