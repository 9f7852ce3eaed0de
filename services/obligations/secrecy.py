"""What of a report must not reach its unit in the office's own words: a pasted sentence finds its writer out (A47)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from sqlalchemy import Connection, select

from models.tables import cases, entries, visits
from services import reports
from services.desk.values import NotDone
from services.vault import Vault

# Characters that are nobody's words by chance any more: Chinese, or of an alphabet, where names alone take twenty.
SAME, SAME_LETTERS = 20, 60
SHORTEST_NUMBER = 7  # digits
_MOBILE = re.compile(r"(?<!\d)(?:00)?(?:86)?[\s-]?1[3-9]\d(?:[\s-]?\d){8}(?!\d)")


def own_words(tx: Connection, vault: Vault, report_id: str | None, text: str) -> None:
    """Raises NotDone where `text`, meant for the unit, gives somebody of the report away.

    their_words: it repeats a long run of what was reported; their_number: it holds a mobile number, or theirs.
    """
    if report_id is None:
        return
    plain = unicodedata.normalize("NFKC", text)
    if _MOBILE.search(plain) or _theirs(tx, vault, report_id, plain):
        raise NotDone("their_number")
    said = list(_said(tx, report_id))
    if any(_repeats(shape(plain), shape(one)) for one in said for shape in (_close, _letters)):
        raise NotDone("their_words")


def _theirs(tx: Connection, vault: Vault, report_id: str, text: str) -> bool:
    """Compared by the program: nobody has opened who filed it."""
    number = _digits(str((reports.identity_of(tx, vault, report_id) or {}).get("phone") or "")).removeprefix("86")
    return len(number) >= SHORTEST_NUMBER and number in _digits(text)


def _said(tx: Connection, report_id: str) -> Iterator[str]:
    """Everything that its sender has written."""
    yield from tx.execute(select(cases.c.what).where(cases.c.id == report_id)).scalars()
    added = entries.c.subject_id == report_id, entries.c.kind == "addition"
    yield from tx.execute(select(entries.c.text).where(*added)).scalars()
    visit = tx.execute(select(visits.c.note, visits.c.findings).where(visits.c.id == report_id)).first()
    if visit is not None:
        yield visit.note or ""
        yield from (str(found.get("remark") or "") for found in visit.findings.values())


def _repeats(text: str, theirs: str) -> bool:
    return any(
        run in theirs and (length == SAME_LETTERS or sum(not one.isascii() for one in run) >= length // 2)
        for length in (SAME, SAME_LETTERS)
        for run in (text[start : start + length] for start in range(len(text) - length + 1))
    )


def _close(text: str) -> str:
    """Without the spaces and line breaks that a copy gains or loses."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _letters(text: str) -> str:
    """Without punctuation either: another comma makes it no other sentence."""
    return "".join(one for one in _close(text) if one.isalnum())


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())
