"""What `mingcha doctor` asks of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, func, select

from models.database import insert_or_update
from models.tables import audit, cases, counters, deliveries, grants, lanes, obligations, people, quarantine, units
from services.calendar import is_announced, loaded_years
from services.cases import ENDS
from services.deliveries import URGENCY, due_since
from services.foundation.vault import Vault
from services.people import Right, holds, roles_with

LONG = timedelta(minutes=2)  # what is due goes out within seconds, and a restart is shorter than this too


@dataclass(frozen=True)
class Counted:
    units: int
    clerks: int
    audit: int
    quarantined: int
    unheld: int  # cases for a discipline desk that nobody holds


def count_rows(tx: Connection, now: datetime) -> Counted:
    def number(table: object, *where: object) -> int:
        return tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one()  # pyright: ignore[reportArgumentType]

    deciding = grants.c.role.in_(roles_with(Right.DECIDE_REPORTS)), holds(now)
    handling = grants.c.role.in_(roles_with(Right.HANDLE_CONFLICTS)), holds(now)
    waiting = cases.c.confined.is_not(None), cases.c.state.not_in(ENDS), ~exists().where(*handling)
    unheld = number(cases, *waiting)
    return Counted(number(units), number(grants, *deciding), number(audit), number(quarantine), unheld)


def leave_mark(tx: Connection, now: datetime) -> None:
    """Writes something that nobody reads: whoever asks whether all is well learns whether it can be written."""
    tx.execute(insert_or_update(tx, counters, "name", ["value"]), {"name": "ready", "value": now.second})


@dataclass(frozen=True)
class Unsent:
    """A channel on which something is due and no process sends."""

    channel: str
    count: int
    since: datetime  # when the first of them was due


@dataclass(frozen=True)
class Unannounced:
    """A year whose holidays are not announced, with how many deadlines fall into it."""

    year: int
    deadlines: int


def unannounced(tx: Connection, now: datetime) -> list[Unannounced]:
    """This year and the next, and any other with an open deadline, as far as their holidays are not announced."""
    waiting = tx.execute(select(obligations.c.due_at).where(obligations.c.settled_at.is_(None))).scalars()
    due = Counter(at.astimezone(now.tzinfo).year for at in waiting)
    loaded, years = loaded_years(tx), sorted({now.year, now.year + 1, *due})
    return [Unannounced(year, due[year]) for year in years if year >= now.year and not is_announced(year, loaded)]


def unsent(tx: Connection, now: datetime, channels: Iterable[str]) -> list[Unsent]:
    """Those of these channels on which something has been due for `LONG` and no sender holds the lane."""
    held = set(tx.execute(select(lanes.c.channel).where(lanes.c.until >= now)).scalars())
    found = [_unsent(tx, now, channel) for channel in channels if channel not in held]
    return [one for one in found if one is not None]


def _unsent(tx: Connection, now: datetime, channel: str) -> Unsent | None:
    """What waits unsent on a channel, by the index ix_deliveries_due; what a lost sender was sending counts too."""
    waits = deliveries.c.state.in_(("queued", "sending")), deliveries.c.urgency.in_(URGENCY)
    ago = now - LONG
    of_channel = deliveries.c.channel == channel, deliveries.c.id > 0  # a row below 0 does not tell for how long
    due = *of_channel, *waits, deliveries.c.due_at <= ago, deliveries.c.created_at <= ago
    count, since = tx.execute(select(func.count(), func.min(due_since())).where(*due)).one()
    return Unsent(channel, count, since) if count else None


def holds_sealed(tx: Connection) -> bool:
    """Whether the database holds what only its key opens."""
    return tx.execute(select(people.c.id).limit(1)).first() is not None


def try_key(tx: Connection, vault: Vault) -> None:
    """Opens one sealed value. Raises KeyTrouble when the key is not this database's."""
    newest = func.substr(people.c.sealed, 1, 1).desc()  # a copy of the file from before a change of keys lacks that one
    row = tx.execute(select(people.c.id, people.c.sealed).order_by(newest).limit(1)).first()
    if row is not None:
        vault.identities.open(row.sealed, f"person {row.id}")
