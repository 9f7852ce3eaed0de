"""What the pages of notices show: reach and previews before it leaves, numbers and receipts after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services import notices
from services.directory import Directory
from services.notices import Notice, Progress
from templates import Texts
from web.house import House

# From the left of the bar to its right: what went best first.
PARTS = ("acknowledged", "delivered", "sent", "ready", "sending", "queued", "uncertain", "failed", "aborted")
_ALWAYS = frozenset(("queued", "sent", "delivered", "acknowledged", "failed"))


@dataclass(frozen=True)
class Around:
    """What an audience can be chosen from."""

    directory: Directory
    areas: Sequence[str]

    @property
    def kinds(self) -> Sequence[str]:
        return list(dict.fromkeys(unit.kind for unit in self.directory.units))


async def draft_values(house: House, notice: Notice, texts: Mapping[str, Texts]) -> dict[str, Any]:
    reach = await house.database.read(notices.reach, house.vault, house.clock(), notice.id, notice.audience, house.ways)
    return {"reach": reach, "shots": shots(house, notice, texts)}


async def course_values(house: House, notice: Notice) -> dict[str, Any]:
    """What changes by itself while somebody looks at it. Who has not answered is counted when all have gone."""
    read = house.database.read
    told = await read(notices.progress, house.clock(), notice.id)
    left = await read(notices.unseen, notice.id) if notice.acknowledges and told.over else 0
    troubled = await read(notices.shown_receipts, notice.id, troubled=True)
    receipts = await read(notices.shown_receipts, notice.id)
    return {"troubled": troubled, "receipts": receipts, "unseen": left} | _bar(told)


def _bar(told: Progress) -> dict[str, Any]:
    """The bar's parts with their share, from left to right, and what is said of it in words."""
    counts = dict(told.counts)
    counts["queued"] = counts.get("queued", 0) + counts.pop("unspread", 0)
    whole = max(1, told.total)
    shares, x = [], 0.0
    for name in PARTS:
        many = counts.get(name, 0)
        if many or name in _ALWAYS:
            shares.append({"name": name, "many": many, "x": round(x, 3), "width": round(100 * many / whole, 3)})
        x += 100 * many / whole
    reached = sum(counts.get(name, 0) for name in ("acknowledged", "delivered", "sent"))
    return {
        "told": told, "shares": shares, "reached": reached, "seen_by": counts.get("acknowledged", 0),
        "ready": counts.get("ready", 0),
    }  # fmt: skip


def shots(house: House, notice: Notice, texts: Mapping[str, Texts]) -> list[Mapping[str, Any]]:
    body = notices.body_of(notice, notice.parts)
    return [house.shots(body, spoken) for spoken in texts.values()]
