"""What the pages of notices show: how a notice looks on each channel, and how it goes in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services import notices
from services.notices import Notice, Progress
from web.site.frame import Frame

# The parts of the bar from left to right: what went best comes first.
PARTS = ("acknowledged", "delivered", "sent", "ready", "sending", "queued", "uncertain", "failed", "aborted")
_ALWAYS = frozenset(("queued", "sent", "delivered", "acknowledged", "failed"))


def off(frame: Frame) -> list[str]:
    """The channels on which nothing can leave."""
    return [one.name for one in frame.channels if frame.ways is not None and one.name not in frame.ways]


def shots(frame: Frame, notice: Notice) -> list[Mapping[str, Any]]:
    """How the channels that are set up show the notice, in each language that it has."""
    body, closed = notices.body_of(notice), off(frame)
    shown = [one for one in frame.channels if one.name not in closed]
    return [
        {
            "language": language,
            "direction": texts.direction,
            "channels": [(one, one.draw(body, texts)) for one in shown],
        }
        for language, texts in frame.texts.items()
        if notice.texts.get(language)
    ]


def mark(notice: Notice, told: Progress, now: datetime) -> str:
    """A mark of what a page of this notice says; it stays the same as long as the page would."""
    counts = (f"{name}{many}" for name, many in sorted(told.counts.items()) if many)
    return ".".join((notice.stands(now), *counts))


def bar(told: Progress) -> dict[str, Any]:
    """The parts of the bar with their share, from left to right, and the figures told beside it."""
    counts = dict(told.counts)
    counts["queued"] = counts.get("queued", 0) + counts.pop("unspread", 0)
    whole = max(1, told.total)
    shares: list[Mapping[str, Any]] = []
    x = 0.0
    for name in PARTS:
        many = counts.get(name, 0)
        if many or name in _ALWAYS:
            shares.append({"name": name, "many": many, "x": round(x, 3), "width": round(100 * many / whole, 3)})
        x += 100 * many / whole
    reached = sum(counts.get(name, 0) for name in ("acknowledged", "delivered", "sent"))
    said = {"reached": reached, "seen_by": counts.get("acknowledged", 0), "ready": counts.get("ready", 0)}
    return {"told": told, "shares": shares} | said
