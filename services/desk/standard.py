"""Standard texts of the office's words to citizens: by what they are used for and by kind of case, with blanks.

A blank is a name in braces, {编号} or {number}; it is kept by its code. Every change is a version, and none goes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.database import is_new
from models.tables import standard_texts
from services.cases import KINDS
from services.desk.codes import DeskCode
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import readable, worded

USES = ("accept", "decline", "refer", "ask", "interim", "answer")  # what an act of the desk says to a citizen
VARIABLES = ("number", "unit", "due", "office_phone")
LONGEST_TITLE = 60
_BRACES = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")
_BRACE = re.compile(r"[{}｛｝]")


@dataclass(frozen=True)
class StandardText:
    """A version of a standard text. Version 0 is one of the start set, which nobody has changed yet."""

    text_id: str
    version: int
    used_for: str
    about: str
    title: str
    text: str
    ended: bool = False
    written_by: str | None = None
    written_at: datetime | None = None


def standard_texts_now(act: Act, start: Sequence[StandardText]) -> list[StandardText]:
    """The newest version of each text, those that are offered no more included; `start`: the start set."""
    newest = {one.text_id: one for one in start}
    for row in act.tx.execute(_TEXTS.order_by(standard_texts.c.version)):
        newest[row.text_id] = StandardText(*row)
    return sorted(newest.values(), key=lambda one: (USES.index(one.used_for), one.about, one.title, one.text_id))


def histories(act: Act) -> Mapping[str, Sequence[StandardText]]:
    """All versions of every text that somebody has written, the newest first, by the text's id."""
    found: dict[str, list[StandardText]] = defaultdict(list)
    for row in act.tx.execute(_TEXTS.order_by(standard_texts.c.version.desc())):
        found[row.text_id].append(StandardText(*row))
    return found


def write_text(act: Act, text_id: str, version: int, given: StandardText, names: Mapping[str, str]) -> str:
    """Writes the next version of a text, or a new one where `text_id` is empty; returns its id.

    `version`: what the page saw. `names`: the codes of blanks by each name that they may have. Raises Refusal:
    changed, use_wanted, title_wanted, title_too_long, text_wanted, text_too_long, variable_unknown (name),
    variable_broken.
    """
    known = histories(act).get(text_id, ())
    if version != (known[0].version if known else 0):
        raise Refusal(Common.CHANGED)
    if given.used_for not in USES or given.about not in ("", *KINDS):
        raise Refusal(DeskCode.USE_WANTED, "used_for")
    title = readable(given.title)
    if not title:
        raise Refusal(DeskCode.TITLE_WANTED, "title")
    if len(title) > LONGEST_TITLE:
        raise Refusal(DeskCode.TITLE_TOO_LONG, "title")
    text = coded(worded(given.text), names)
    row = {
        "id": new_id(),
        "text_id": text_id or new_id(),
        "version": version + 1,
        "used_for": given.used_for,
        "about": given.about,
        "title": title,
        "text": text,
        "ended": given.ended,
        "written_by": act.actor,
        "written_at": act.now,
    }
    if not is_new(act.tx, standard_texts, row):  # of two at once the first
        raise Refusal(Common.CHANGED)
    act.wrote(standard_texts, row)
    audit.append(act, "standard_text_written", row["text_id"], {"version": str(row["version"]), "title": title})
    return str(row["text_id"])


def coded(text: str, names: Mapping[str, str]) -> str:
    """The text with each blank by its code. Raises Refusal: variable_unknown (name), variable_broken."""

    def code(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in names:
            raise Refusal(DeskCode.VARIABLE_UNKNOWN, "text", name=name)
        return f"\0{names[name]}\0"

    kept = _BRACES.sub(code, text)
    if _BRACE.search(kept):
        raise Refusal(DeskCode.VARIABLE_BROKEN, "text")
    return re.sub("\0(.*?)\0", r"{\1}", kept)


def put_in(texts: Sequence[StandardText], text_id: str, values: Mapping[str, str | None]) -> str:
    """One of these texts, filled. Raises Refusal: standard_wanted, and as `filled`."""
    chosen = next((one for one in texts if one.text_id == text_id), None)
    if chosen is None:
        raise Refusal(DeskCode.STANDARD_WANTED, "standard")
    return filled(chosen.text, values)


def filled(text: str, values: Mapping[str, str | None]) -> str:
    """The text with the values in its blanks. Raises Refusal: variable_empty (name) where the case has none."""

    def value(found: re.Match[str]) -> str:
        said = values.get(found[1])
        if not said:
            raise Refusal(DeskCode.VARIABLE_EMPTY, "standard", name=found[1])
        return said

    return _BRACES.sub(value, text)


def named(text: str, names: Mapping[str, str]) -> str:
    """The text as it is edited: with the name of each blank; `names`: by code."""
    return _BRACES.sub(lambda found: "{" + names.get(found[1], found[1]) + "}", text)


_NAMES = tuple(StandardText.__dataclass_fields__)
_TEXTS: Any = select(*(standard_texts.c[name] for name in _NAMES))
