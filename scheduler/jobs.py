"""The list of what happens by itself, and when (in the office's time zone)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from models.database import Database
from scheduler.ticker import Job
from services import audit, evidence, upkeep
from services.bells import Bells
from services.evidence import Store
from services.vault import Vault

log = structlog.get_logger()


def jobs(
    database: Database, vault: Vault, store: Store, bells: Bells, clock: Callable[[], datetime], anchor: Path
) -> Sequence[Job]:
    """Every job with its time; each run is one service call."""

    async def remind_idle() -> None:
        bells.ring(await database.write(upkeep.remind_idle, vault, clock()))

    async def forget_old() -> None:
        await database.write(upkeep.forget_old, clock())
        store.forget(await database.write(evidence.forget_unused, clock() - upkeep.UPLOADS_KEPT))

    async def anchor_audit() -> None:
        if not audit.anchor(anchor, clock(), await database.read(audit.head)):
            log.error("audit_chain_was_cut")

    return (
        Job("remind_idle", "*/5 * * * *", remind_idle),
        Job("forget_old", "20 3 * * *", forget_old),
        Job("anchor_audit", "7 * * * *", anchor_audit),
    )
