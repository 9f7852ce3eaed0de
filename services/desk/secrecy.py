"""Keeps a sender's words and number out of the office's text to the unit: pasted words betray their writer (A47)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Connection, select

from models.tables import cases, entries, units, visits
from services import people
from services.desk.codes import DeskCode
from services.desk.telltales import telltales
from services.foundation.act import Act
from services.foundation.phones import has_mobile, has_number
from services.foundation.refusal import Refusal
from templates import load_texts

# Characters of a run that nobody writes by chance: of Chinese, or of an alphabet, where names alone take twenty.
SAME, SAME_LETTERS = 20, 60
WHOLE = 18  # letters of a shorter text that is repeated as a whole; a Chinese character counts as three
_UNKNOWN = ("Cn", "Co")  # letters of somebody's name that are newer than the interpreter, or private
_LABEL = re.compile(r"(category|order|games|systems|difficulties|service)_(?!help$).*|(unit|window)_short")


def refuse_their_words(act: Act, report_id: str | None, text: str) -> None:
    """Checks a text meant for the unit; raises Refusal where it gives somebody of the report away.

    their_words: it repeats a long run of what was reported, or a short text as a whole; their_number: it holds a mobile
    number, or theirs.
    """
    if report_id is None:
        return
    if has_mobile(text) or any(_theirs(act, one, text) for one in _together(act.tx, report_id)):
        raise Refusal(DeskCode.THEIR_NUMBER)
    close, letters = _shapes(text)
    for their_close, their_letters in [_shapes(one) for one in _said(act.tx, report_id)]:
        whole = their_letters in letters and _weight(their_letters) >= WHOLE and _is_own(act.tx, their_letters)
        if whole or _repeats(close, their_close) or _repeats(letters, their_letters):
            raise Refusal(DeskCode.THEIR_WORDS)


def telling(act: Act, report_id: str | None, text: str) -> list[str]:
    """What stands both in a text meant for the unit and in what was reported, and may tell who somebody is.

    Not refused outright: the address may be that of the pothole. Names in the vault are not compared, since whoever
    tried one name after another would find out which is the sender's.
    """
    if report_id is None:
        return []
    _, letters = _shapes(text)
    said = (told[one.start : one.end] for told in _said(act.tx, report_id) for one in telltales(told))
    return [one for one in dict.fromkeys(said) if _shapes(one)[1] in letters]


def _theirs(act: Act, report_id: str, text: str) -> bool:
    """Whether the text holds the sender's own number, compared by the program: nobody opens who filed the report."""
    number = str((people.identity_of(act, report_id) or {}).get("phone") or "")
    return has_number(text, number)


def _together(tx: Connection, report_id: str) -> Sequence[str]:
    """The report and the cases that are answered with it: whoever hands it over has read them too (A42)."""
    return [report_id, *tx.execute(select(cases.c.id).where(cases.c.master_id == report_id)).scalars()]


def _said(tx: Connection, report_id: str) -> Iterator[str]:
    """Everything that the report's sender has written, and the senders of what is answered with it."""
    ids = _together(tx, report_id)
    yield from tx.execute(select(cases.c.what).where(cases.c.id.in_(ids))).scalars()
    added = entries.c.subject_id.in_(ids), entries.c.kind.in_(("addition", "rate", "appeal"))
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


def _is_own(tx: Connection, letters: str) -> bool:
    """Whether much of a text is left without what is nobody's own: names of units, and the words of every form."""
    names = tx.execute(select(units.c.name)).scalars()
    known = {_shapes(name.removeprefix("市"))[1] for name in names} | _labels()
    for one in sorted(known, key=len, reverse=True):
        letters = letters.replace(one, "")
    return _weight(letters) >= WHOLE


@cache
def _labels() -> frozenset[str]:
    """The labels of kinds of trouble and of findings, in every language."""
    spoken = load_texts(lambda: datetime.min.replace(tzinfo=UTC)).values()  # no label tells a time
    files = [(texts, file) for texts in spoken for file in ("complaint", "visit")]
    said = [texts.say(file, name) for texts, file in files for name in texts.blocks(file) if _LABEL.fullmatch(name)]
    return frozenset(_shapes(one)[1] for one in said)


def _weight(letters: str) -> int:
    return sum(1 if one.isascii() else 3 for one in letters)


def _shapes(text: str) -> tuple[str, str]:
    """A text in two shapes: without the spaces and line breaks that a copy gains or loses, and also without
    punctuation, because another comma does not make another sentence."""
    close = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return close, "".join(one for one in close if one.isalnum() or unicodedata.category(one) in _UNKNOWN)
