"""What goes to a citizen with the office's words: files that a clerk has uploaded, and pictures that a unit sent.

A clerk's uploads are rows of their own from the moment they are cleaned, so that a refusal loses none; what no act uses
goes as any other upload does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from conversation.messages import Attached
from media import EXTENSIONS, is_long
from models.tables import evidence
from services.evidence.codes import EvidenceCode
from services.evidence.records import KEPT
from services.evidence.store import Stored
from services.foundation.act import Act
from services.foundation.moments import first_of_day
from services.foundation.refusal import Refusal
from services.foundation.wording import readable

MOST_ENCLOSED = 5  # of a clerk's own files with one act
MOST_TOGETHER = 10  # with a unit's pictures: an album of Telegram
LONGEST_NAME = 60  # characters of a file's name, without its extension
FIELD = "files"  # beside which a refusal stands
_COLUMNS = [evidence.c[name] for name in ("id", "subject_id", "kind", "state", "mime", "width", "height", "sealed")]


@dataclass(frozen=True)
class Enclosure:
    """A piece whose clean copy goes out, or has gone out, with the office's words."""

    id: str
    kind: str  # photo, voice, video, file
    mime: str
    name: str | None  # of a file, with its ending
    long: bool  # a picture that is illegible when it is shown whole
    own: bool = False  # an upload of whoever acts that nothing has used yet

    @property
    def attached(self) -> Attached:
        return Attached(self.id, self.kind, self.name, self.long)


def name_of(name: str | None, stored: Stored) -> str | None:
    """The office's name for a file that goes out, with the extension of its type; None of a picture or a recording."""
    if stored.kind != "file":
        return None
    stem = readable(name or "").replace("\\", "/").rpartition("/")[2].rpartition(".")[0].replace("\n", " ")
    return f"{stem.strip('. ')[:LONGEST_NAME] or 'file'}.{EXTENSIONS[stored.mime]}"


def uploaded(act: Act, piece_ids: Sequence[str]) -> list[Enclosure]:
    """Those of these pieces that whoever acts has uploaded and not used yet, in their order."""
    found = _found(act, piece_ids)
    return [found[one] for one in dict.fromkeys(piece_ids) if one in found and found[one].own]


def enclosed(act: Act, piece_ids: Sequence[str], about: Collection[str] = ()) -> list[Enclosure]:
    """What an act encloses: own uploads, and pictures of what is named by `about`, each once, in their order.

    Raises Refusal: too_many_enclosed, enclosed_gone.
    """
    ids = list(dict.fromkeys(piece_ids))
    found = _found(act, ids, about)
    if len(found) < len(ids):
        raise Refusal(EvidenceCode.ENCLOSED_GONE, FIELD)
    given = [found[one] for one in ids]
    if sum(one.own for one in given) > MOST_ENCLOSED or len(given) > MOST_TOGETHER:
        raise Refusal(EvidenceCode.TOO_MANY_ENCLOSED, FIELD)
    return given


def enclose(act: Act, given: Sequence[Enclosure], subject_id: str, entry_id: str) -> None:
    """Ties the uploads among what is given to what was said about a subject; a unit's pictures stay where they are.

    Raises Refusal: enclosed_gone, where another act has used one meanwhile.
    """
    for position, one in enumerate(given):
        if one.own:
            place = {"subject_id": subject_id, "entry_id": entry_id, "position": position, "ours": True}
            free = (evidence.c.id == one.id) & evidence.c.subject_id.is_(None)
            day = {"created_at": first_of_day(act.now), "taken_at": None}
            if not act.tx.execute(update(evidence).where(free).values(**place, **day)).rowcount:
                raise Refusal(EvidenceCode.ENCLOSED_GONE, FIELD)
            act.wrote(evidence, one.id)


def copies(act: Act, piece_ids: Sequence[str]) -> list[Enclosure]:
    """The pieces with these ids that are still here, in their order: what has gone out may have been given up since."""
    rows = act.tx.execute(select(*_COLUMNS).where(evidence.c.id.in_(piece_ids), evidence.c.state == KEPT))
    found = {row.id: _enclosure(act, row, own=False) for row in rows}
    return [found[one] for one in piece_ids if one in found]


def _found(act: Act, ids: Sequence[str], about: Collection[str] = ()) -> dict[str, Enclosure]:
    found: dict[str, Enclosure] = {}
    for row in act.tx.execute(select(*_COLUMNS).where(evidence.c.id.in_(ids), evidence.c.state == KEPT)):
        own = row.subject_id is None and _sender(act, row) == act.actor
        if own or (row.subject_id in about and row.kind == "photo"):
            found[row.id] = _enclosure(act, row, own=own)
    return found


def _sender(act: Act, row: Any) -> str:
    return act.vault.identities.open(row.sealed, f"evidence {row.id}")["contact"]


def _enclosure(act: Act, row: Any, *, own: bool) -> Enclosure:
    name = act.vault.identities.open(row.sealed, f"evidence {row.id}").get("name") if row.kind == "file" else None
    long = row.kind == "photo" and is_long(row.width, row.height)
    return Enclosure(row.id, row.kind, row.mime or "", name, long, own)
