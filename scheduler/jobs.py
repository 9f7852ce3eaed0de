"""The list of what happens by itself, and when (in the office's time zone)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from models.database import Database
from scheduler.ticker import Job
from services import audit, deliveries, evidence, notices, obligations, upkeep
from services.bells import Bells
from services.evidence import Store
from services.reach import CHAT, SMS
from services.vault import Vault

log = structlog.get_logger()
REMINDERS_AT_ONCE = 1_000  # a transaction of some 30 ms: nobody's reply waits for long
LAPSES_AT_ONCE = 200


def jobs(
    database: Database, vault: Vault, store: Store, bells: Bells, clock: Callable[[], datetime], anchor: Path,
    *, sms: bool = False,
) -> Sequence[Job]:  # fmt: skip
    """Every job with its time; each run is one service call. `sms`: there is a carrier that sends them."""
    ways = (CHAT, SMS) if sms else (CHAT,)

    async def remind_units() -> None:
        full = True
        while full:
            fired = await database.write(obligations.fire, vault, clock(), REMINDERS_AT_ONCE, ways)
            bells.ring(fired.ring)
            full = fired.count == REMINDERS_AT_ONCE

    async def note_overdue() -> None:
        while await database.write(obligations.lapse, clock(), LAPSES_AT_ONCE) == LAPSES_AT_ONCE:
            pass

    async def carry_notices() -> None:
        while ring := await database.write(deliveries.renumber_due, clock()):
            bells.ring(ring)
        more = True
        while more:
            ring, more = await database.write(notices.carry_on, clock())
            bells.ring(ring)
        for channel in await database.read(notices.starting, clock()):
            bells.ring([(channel, "")])

    async def remind_idle() -> None:
        bells.ring(await database.write(upkeep.remind_idle, vault, clock()))

    async def forget_old() -> None:
        await database.write(upkeep.forget_old, clock())
        store.forget(await database.write(evidence.forget_unused, clock() - upkeep.UPLOADS_KEPT))

    async def anchor_audit() -> None:
        if not audit.anchor(anchor, clock(), await database.read(audit.head)):
            log.error("audit_chain_was_cut")

    return (
        Job("remind_units", "* * * * *", remind_units),
        Job("note_overdue", "* * * * *", note_overdue),
        Job("carry_notices", "* * * * *", carry_notices),
        Job("remind_idle", "*/5 * * * *", remind_idle),
        Job("forget_old", "20 3 * * *", forget_old),
        Job("anchor_audit", "7 * * * *", anchor_audit),
    )
