"""Evidence of which the database says that it is kept, and whose files are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from models.tables import cases, evidence, notices, obligations, visits
from services.evidence import KEPT, Places

_ABOUT = cases, visits, obligations, notices  # what evidence is about; each has a number


@dataclass(frozen=True)
class Lost:
    """A file that is not there: of which piece, about what, and where it belongs below the data folder."""

    piece: str
    number: str | None  # of the report, the duty or the notice; None: uploaded, not yet submitted
    file: str


@dataclass(frozen=True)
class Compared:
    """How many pieces the database keeps, and which of their files are missing."""

    pieces: int
    originals: Sequence[Lost]
    copies: Sequence[Lost]


def lost_evidence(tx: Connection, folder: Path) -> Compared:
    """Compares the rows with the names of the files below the folder; no file is opened.

    The names come first: what is forgotten meanwhile is not missed, and what has come since is looked for by itself.
    """
    places = Places(folder)
    names = places.names()
    rows = tx.execute(_kept()).all()
    originals = {row.sha256: (row, places.original(row.sha256)) for row in reversed(rows)}  # one file for equal bytes
    shown = [row for row in rows if row.state == KEPT and (row.kind != "file" or row.goes_out)]
    copies = [(row, path) for row in shown for path in places.shown(row.id, row.kind)]

    def lost(known: Sequence[tuple[Any, Path]]) -> Sequence[Lost]:
        gone = [(row, path) for row, path in known if path.name not in names and not path.is_file()]
        return [Lost(row.id, row.number, path.relative_to(folder.parent).as_posix()) for row, path in gone]

    return Compared(len(rows), lost(list(reversed(originals.values()))), lost(copies))


def _kept() -> Select[*tuple[Any, ...]]:
    """Pieces whose original lies here, the oldest first; `goes_out`: documents have a copy too."""
    number = func.coalesce(*(table.c.number for table in _ABOUT)).label("number")
    goes_out = or_(notices.c.id.is_not(None), evidence.c.ours).label("goes_out")
    columns = evidence.c.id, evidence.c.kind, evidence.c.state, evidence.c.sha256
    wanted = select(*columns, number, goes_out).select_from(evidence)
    for table in _ABOUT:
        wanted = wanted.outerjoin(table, table.c.id == evidence.c.subject_id)
    return wanted.where(evidence.c.sha256.is_not(None)).order_by(evidence.c.created_at, number, evidence.c.id)
