"""Looks at the audit chain of a program as `mingcha doctor` does."""

from __future__ import annotations

from bot.build import Program
from services import oversight
from services.foundation import chain
from services.oversight import Audited


def audited(program: Program) -> Audited:
    """What is found once every event has its number."""
    program.database.transact(chain.number, program.vault, wait=True)
    return program.database.view(oversight.audited, program.vault, program.settings.anchor_path, program.clock())


def is_whole(program: Program) -> bool:
    """Whether the chain is as it was written, and all that it vouches for as it says."""
    found = audited(program)
    assert (found.broken, found.unfit, found.late) == (None, [], False)
    return True
