"""Sessions on the pages: each goes on while it is used, and can be seen and ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, insert, select, update

from models.tables import logins
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.vault import new_id

IDLE = timedelta(days=3)  # a session that nobody uses ends: longer than a weekend
NOTED_EVERY = timedelta(minutes=5)  # a use is written down at most this often


class Way(StrEnum):
    """How somebody signed in. Each has its words in the templates, in every language."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105  # the name of a way, not a secret
    PASSKEY = "passkey"
    RECOVERY = "recovery"


@dataclass(frozen=True)
class Device:
    """What somebody signs in with, as codes whose words stand in the templates."""

    browser: str
    system: str


@dataclass(frozen=True)
class Session:
    """One open session. `id` may be shown; the token that opens it is known to the browser alone."""

    id: str
    person_id: str
    way: str
    device: Device
    since: datetime
    used_at: datetime


def open_session(act: Act, person_id: str, way: Way, device: Device, longest: timedelta) -> str:
    """Opens a session of at most `longest`; returns its token, which is for the cookie and is not kept."""
    token = secrets.token_urlsafe(32)
    row = {
        "id": new_id(),
        "token_hash": act.vault.index(token, "login"),
        "person_id": person_id,
        "way": way,
        "browser": device.browser,
        "system": device.system,
        "since": act.now,
        "used_at": act.now,
        "expires_at": act.now + min(IDLE, longest),
    }
    act.tx.execute(insert(logins).values(**row))
    act.wrote(logins, row)
    audit.append(act.by(person_id), "signed_in", person_id, {"way": way})
    return token


def session_of(act: Act, token: str) -> Session | None:
    """The session of a token; None where it has ended."""
    good = logins.c.token_hash == act.vault.index(token, "login"), logins.c.expires_at > act.now
    row = act.tx.execute(select(logins).where(*good)).first()
    return _session(row) if row else None


def note_use(act: Act, session_id: str, longest: timedelta) -> None:
    """Lets a session go on, because it was used: from now on for `IDLE`, yet never longer than `longest` in all."""
    since = act.tx.execute(select(logins.c.since).where(logins.c.id == session_id)).scalar()
    if since is not None:
        until = min(act.now + IDLE, since + longest)
        mine = update(logins).where(logins.c.id == session_id)
        act.tx.execute(mine.values(used_at=act.now, expires_at=until))


def sessions_of(act: Act, person_id: str) -> list[Session]:
    """The open sessions of a person, the one that was used last first."""
    mine = logins.c.person_id == person_id, logins.c.expires_at > act.now
    rows = act.tx.execute(select(logins).where(*mine).order_by(logins.c.used_at.desc(), logins.c.id))
    return [_session(row) for row in rows]


def sign_out(act: Act, token: str) -> None:
    act.tx.execute(logins.delete().where(logins.c.token_hash == act.vault.index(token, "login")))


def end_session(act: Act, person_id: str, session_id: str) -> None:
    """Ends one session of this person; one that has ended already stays so."""
    mine = logins.c.person_id == person_id, logins.c.id == session_id
    if act.tx.execute(logins.delete().where(*mine)).rowcount:
        audit.append(act, "session_ended", person_id)


def end_sessions(act: Act, person_id: str, but: str = "") -> int:
    """Ends all sessions of a person, all but one where that is named; returns how many there were."""
    theirs = logins.c.person_id == person_id, logins.c.id != but
    ended = act.tx.execute(logins.delete().where(*theirs)).rowcount
    if ended:
        audit.append(act, "sessions_ended", person_id, {"many": ended})
    return ended


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(row.id, row.person_id, row.way, Device(row.browser, row.system), row.since, row.used_at)
