"""What a unit's page saw of an obligation, so that an act on one that has moved on is refused."""

from __future__ import annotations

from sqlalchemy import func, select

from models.tables import entries
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.obligations.locking import unsettled
from services.obligations.values import Dossier


def seen_by_unit(whole: Dossier) -> str:
    """A token of what a unit's page shows. Unlike `Dossier.seen`, it tells nothing of what happens around the case."""
    return _token(whole.obligation.state, len(whole.history))


def require_seen(act: Act, obligation_id: str, seen: str | None) -> None:
    """Locks an obligation that stands as its unit's page saw it; None: no page has. Raises Refusal: gone, changed,
    settled.
    """
    obligation = unsettled(act, obligation_id)
    said = select(func.count()).select_from(entries).where(entries.c.subject_id == obligation.id)
    if seen is not None and seen != _token(obligation.state, act.tx.execute(said).scalar_one()):
        raise Refusal(Common.CHANGED)


def _token(state: str, said: int) -> str:
    return f"{state}.{said}"
