"""Several cases about one thing are answered together, under one of them, their master (A42).

Each keeps its number, its citizen, its promise and its history, and is answered by a message of its own. Nobody who
filed one learns of another, and no unit learns that there is more than the master.
"""

from __future__ import annotations

from services.cases.life import Step
from services.cases.steps import LockedCase, merged, note, take
from services.foundation.act import SYSTEM, Act

JOIN, LEAVE = "join", "leave"  # the kinds of a master's entries: the office's own, as a note is


def merge(act: Act, case: LockedCase, master: LockedCase) -> None:
    """Merges a case under a master, and with it whatever was merged under it: there is never a chain.

    Both are locked, and the master is open and on its own. Raises Refusal: decided, where the case cannot be merged.
    """
    followers = merged(act, case.id)
    under = {"master": [None, master.number]}
    take(act, case, Step.MERGE, detail=under, master_id=master.id)
    note(act, master, JOIN, "", {"merged": [None, case.number]})
    for one in followers:
        take(act, one, Step.MERGE, detail={"master": [case.number, master.number]}, master_id=master.id)
        note(act, case, LEAVE, "", {"merged": [one.number, None]})
        note(act, master, JOIN, "", {"merged": [None, one.number]})


def part(act: Act, case: LockedCase, master: LockedCase) -> None:
    """Takes a case out from under its master. Raises Refusal: decided, where it is under none."""
    take(act, case, Step.PART, detail={"master": [master.number, None]})
    note(act, master, LEAVE, "", {"merged": [case.number, None]})


def leave_alone(act: Act, master: LockedCase) -> None:
    """Parts what was merged under a case whose citizen has withdrawn it: unread again, so that a clerk decides."""
    for one in merged(act, master.id):
        take(act.by(SYSTEM), one, Step.LEFT, detail={"master": [master.number, None]}, read=False)
        note(act.by(SYSTEM), master, LEAVE, "", {"merged": [one.number, None]})
