"""What was read a moment ago stays where it stood, so that nothing jumps under the clerk's hand.

Which report that was is sealed: when it was read would tell when it came in.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, insert, select

from models.tables import glances
from services.foundation.act import Act
from services.foundation.vault import new_id

JUST_READ = timedelta(minutes=10)


def leave(act: Act, report_id: str) -> None:
    """Notes that the report is being read for the first time since it moved; old notes go."""
    act.tx.execute(delete(glances).where(glances.c.at <= act.now - JUST_READ))
    sealed = act.vault.seal_bytes(report_id.encode(), "glance")
    act.tx.execute(insert(glances).values(id=new_id(), sealed=sealed, at=act.now))


def just_read(act: Act) -> list[str]:
    """The reports that somebody began to read within the last minutes."""
    found = act.tx.execute(select(glances.c.sealed).where(glances.c.at > act.now - JUST_READ)).scalars()
    return [act.vault.open_bytes(sealed, "glance").decode() for sealed in found]
