"""The moments of a report: in the open its day, sealed the moment itself.

An exact moment in the open would lead from a report to the account that wrote just then, even without the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from services.foundation.act import Act
from services.foundation.keys import KeyTrouble
from services.foundation.vault import Vault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_BYTES = 8


def sealed_now(act: Act, of: str) -> bytes:
    """The act's moment, sealed for what it belongs to (`of`: the id of a row)."""
    return act.vault.seal_bytes(((act.now - _EPOCH) // _TICK).to_bytes(_BYTES), f"moment {of}")


def newest_first(act: Act, reports: Sequence[Any]) -> list[Any]:
    """Rows of reports (`id`, `received`) by the moment at which they came in, the newest first."""
    return sorted(
        reports, key=lambda row: opened_or_day(act.vault, row.received, row.id, row.received_on), reverse=True
    )


def entry_moment(act: Act, entry_id: str) -> dict[str, Any]:
    """The columns of an entry about a report that hold its moment."""
    return {"at": first_of_day(act.now), "exact": sealed_now(act, entry_id)}


def oldest_first(act: Act, rows: Iterable[Any]) -> list[tuple[datetime, Any]]:
    """Rows of entries (`id`, `at`, `exact`), each with its moment in the office's time zone."""
    moments = [(_of_entry(act.vault, row).astimezone(act.now.tzinfo), row) for row in rows]
    return sorted(moments, key=lambda one: (one[0], one[1].id))


def _of_entry(vault: Vault, row: Any) -> datetime:
    if row.exact is None:
        return row.at
    try:
        return opened(vault, row.exact, row.id)
    except (KeyTrouble, ValueError):
        return row.at


def opened(vault: Vault, sealed: bytes, of: str, zone: tzinfo | None = UTC) -> datetime:
    """The exact moment, in this time zone. Raises KeyTrouble where it was sealed for something else."""
    return (_EPOCH + int.from_bytes(vault.open_bytes(sealed, f"moment {of}")) * _TICK).astimezone(zone)


def opened_or_day(vault: Vault, sealed: bytes, of: str, day: date, zone: tzinfo | None = UTC) -> datetime:
    """The exact moment; where it was damaged, the first of its day: one bad row must not hide the others."""
    try:
        return opened(vault, sealed, of, zone)
    except (KeyTrouble, ValueError):
        return datetime.combine(day, time(), zone)


def first_of_day(now: datetime) -> datetime:
    """The first moment of the office's day, for a column that may tell the day alone."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
