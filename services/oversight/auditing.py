"""Looks at the whole audit chain: whether it is as it was written, and whether what it vouches for is as it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from services.foundation import anchoring, chain, checkpoints, walk
from services.foundation.chain import Broken
from services.foundation.vault import Vault
from services.foundation.walk import Unfit


@dataclass(frozen=True)
class Audited:
    """What was found. `fault`: of the anchor file, as `anchoring.fault_of`, from line `line` on where it is damaged."""

    events: int
    checkpoints: int
    broken: Broken | None
    unfit: Sequence[Unfit]  # the first rows that do not fit the chain
    more: int  # how many more do not
    fault: str
    line: int
    anew: bool  # whether an anchor file was given up and a new one begun
    late: bool  # whether an event waits too long for its number


def audited(tx: Connection, vault: Vault, file: Path, now: datetime) -> Audited:
    """Verifies the chain against its anchor file and walks over all that it vouches for. Call it in a snapshot."""
    kept = checkpoints.anchored(vault, file)
    broken = chain.verify(tx, vault, kept.heads)
    unfit, more = ([], 0) if broken else walk.unfit(tx, vault)
    return Audited(
        events=chain.head(tx)[0],
        checkpoints=len(kept.heads),
        broken=broken,
        unfit=unfit,
        more=more,
        fault="" if broken else anchoring.fault_of(tx, vault, file, kept),
        line=kept.line,
        anew=not broken and anchoring.given_up(tx, vault, file),
        late=chain.is_late(tx, vault, now),
    )
