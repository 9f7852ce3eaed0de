"""Reads a sheet of cases, as an office keeps one: headings and words in any language we speak, every cell checked.

Nothing is written here: what was read is shown first and entered by `services.cases.importing`, all of it or nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from conversation.moments import read_moments
from media import DEFAULT_LIMITS
from services.cases.codes import KeyingCode, SheetCode
from services.cases.filing import CATEGORIES
from services.cases.keying import FIELDS, KINDS, PLAIN, PRIORITIES, SOURCES, Keyed, read_keyed, same
from services.foundation.folding import folded
from services.foundation.phones import LONGEST as LONGEST_PHONE
from services.foundation.refusal import Refusal
from services.foundation.tables import Rows, TableCode
from services.foundation.wording import readable
from services.units import Directory
from templates import Texts, clipped

MOST_ROWS = 20_000
LARGEST_SHEET = 20 * 2**20  # bytes
LIMITS = replace(
    DEFAULT_LIMITS,
    as_written=True,
    file_bytes=LARGEST_SHEET,
    copy_bytes=48 * 2**20,
    rows=MOST_ROWS + 1_000,  # the empty ones too
    cpu_seconds=30,
    wall_seconds=90,
)
MOST_TOLD = 200  # wrong cells that are told one by one
LONGEST_TOLD = 40  # characters shown of a wrong cell
HEADED_WITHIN = 20  # rows: above the headings stands a title, and who made the sheet
NEAR = 3  # units offered in place of one that was not found
COLUMNS = (
    "source",
    "number",
    "arrived",
    "kind",
    "unit",
    "part",
    "category",
    "priority",
    "title",
    "text",
    "happened",
    "name",
    "phone",
)
CODED = {
    "source": SOURCES,
    "kind": KINDS,
    "category": CATEGORIES,
    "priority": (*PRIORITIES, PLAIN),
}  # columns that hold a word of a list
_UNKNOWN = "?"  # in place of a word or a unit that nobody knows
_ASIDE = re.compile(r"[（(【\[*＊:：].*", re.DOTALL)  # behind a heading: 电话（选填）
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"))
_FORMULA = re.compile(r"=[A-Za-z_(+\-@'\"\[{$]")
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how a CSV keeps the zeros of ="0797"
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
_WEEKDAY = re.compile(r"[（(\s]*(?:星期|周|礼拜)[一二三四五六日天][）)\s]*")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_FIRST_SERIAL, _SERIALS = date(1899, 12, 30), range(36_526, 73_051)  # days of 2000 to 2099 as a spreadsheet counts


@dataclass(frozen=True)
class Vocabulary:
    """What headings and words of a sheet mean, folded: those of every language that is spoken."""

    heads: Mapping[str, str]  # a column of `COLUMNS`, by heading
    codes: Mapping[str, Mapping[str, str]]  # a code, by column and word
    nothing: frozenset[str]  # words for a unit that nobody knows


@dataclass(frozen=True)
class Wrong:
    """A cell to be mended. `column`: its letters in the sheet, empty where it has no such column."""

    row: int
    field: str
    column: str
    code: str
    said: str
    near: Sequence[str] = ()  # names that may have been meant


@dataclass(frozen=True)
class SheetRow:
    """A row that can be entered."""

    row: int  # as the spreadsheet counts
    keyed: Keyed


@dataclass
class Checked:
    """What a sheet holds. It can be entered where nothing is wrong."""

    heads: Mapping[str, str]  # the sheet's heading by field
    left_out: Sequence[str]  # headings of columns that are not read
    rows: list[SheetRow] = field(default_factory=list)
    repeated: dict[int, int] = field(default_factory=dict)  # rows that say the same as an earlier one, which it is
    wrong: list[Wrong] = field(default_factory=list)  # the first `MOST_TOLD`
    more_wrong: int = 0
    wrong_rows: int = 0

    @property
    def fits(self) -> bool:
        return bool(self.rows) and not self.wrong


def vocabulary(spoken: Iterable[Texts]) -> Vocabulary:
    """The headings and words that stand in the templates of these languages."""
    heads: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {name: {} for name in CODED}
    nothing: set[str] = set()
    for texts in spoken:
        words = texts.of_page("cases", "sheet_words")
        for name, meant in texts.of_page("cases", "sheet_heads").items():
            heads |= {folded(head): name for head in meant.split("|")}
        for shown in ("field", "sheet_column"):
            heads |= {folded(head): name for name, head in texts.of_page("cases", shown).items()}
        for name, known in CODED.items():
            for code in known:
                meant = (label(texts, name, code), *words[name].get(code, "").split("|"))
                codes[name] |= {folded(word): code for word in meant if word}
        nothing |= {folded(word) for word in words["no_unit"].split("|")}
    return Vocabulary(heads, codes, frozenset(nothing))


def label(texts: Texts, column: str, code: str) -> str:
    """The word for a code of a column of `CODED`."""
    if column == "source":
        return texts.channel_name(code)
    return texts.say("complaint" if column == "category" else "terminal", f"{column}_{code}")


def check(
    rows: Rows, words: Vocabulary, directory: Directory, now: datetime, given: Mapping[str, str] | None = None
) -> Checked:
    """Checks every cell of a sheet. `given`: codes for the cells of `CODED` that are empty, or have no column.

    Raises Refusal about `list`: heads_wanted, rows_wanted, list_too_big.
    """
    top, columns, others = _headings(rows, words)
    filled = [(n, cells) for n, cells in enumerate(rows[top:], top + 1) if any(cells)]
    if not filled:
        raise Refusal(SheetCode.ROWS_WANTED, "list")
    if len(filled) > MOST_ROWS:
        raise Refusal(TableCode.LIST_TOO_BIG, "list")
    checked = Checked({name: head for name, (_, head) in columns.items()}, others)
    reader = _Reader(words, directory, now, given or {}, {name: place for name, (place, _) in columns.items()})
    said: dict[str, SheetRow] = {}  # the first row of each number, or of all that it says
    for n, cells in filled:
        keyed, wrong = reader.read(n, cells)
        if keyed:
            row = SheetRow(n, keyed)
            first = said.setdefault(same(keyed), row)
            if first is row:
                checked.rows.append(row)
            elif first.keyed == keyed:
                checked.repeated[n] = first.row
            else:
                wrong = [reader.wrong(n, "number", SheetCode.NUMBER_TWICE, keyed.number or "", (str(first.row),))]
        checked.wrong_rows += bool(wrong)
        room = MOST_TOLD - len(checked.wrong)
        checked.wrong += wrong[:room]
        checked.more_wrong += len(wrong[room:])
    return checked


# --- headings ---


def _headings(rows: Rows, words: Vocabulary) -> tuple[int, dict[str, tuple[int, str]], list[str]]:
    """The number of the first row below the headings, place and heading by field, and headings of no field.

    Above them may stand a title; they may fill two rows, of which one names groups. Raises Refusal: heads_wanted.
    """
    found = [[_meant(cell, words) for cell in cells] for cells in rows[:HEADED_WITHIN]]
    many = [len({name for name in names if name}) for names in found]
    at = max(range(len(found)), key=many.__getitem__, default=0)
    if not many or many[at] < 2:
        raise Refusal(SheetCode.HEADS_WANTED, "list")
    below = at + 1 < len(found) and _completes(found[at], found[at + 1], rows[at + 1])
    lines = [at, *([at + 1] if below else []), *([at - 1] if at else [])]
    columns: dict[str, tuple[int, str]] = {}
    others: list[str] = []
    for place in range(max(len(rows[n]) for n in lines)):
        cells = [rows[n][place] for n in lines if place < len(rows[n]) and rows[n][place]]
        named = next(((name, cell) for cell in cells if (name := _meant(cell, words))), None)
        if named and named[0] not in columns:
            columns[named[0]] = place, readable(named[1])
        elif cells:
            others.append(clipped(readable(cells[0]), LONGEST_TOLD))
    if not {"text", "title"} & columns.keys():
        raise Refusal(SheetCode.HEADS_WANTED, "list")
    return max(lines) + 1, columns, others


def _meant(cell: str, words: Vocabulary) -> str | None:
    """The field that a heading means, whatever stands behind it in brackets."""
    if not cell or len(cell) > LONGEST_TOLD:
        return None
    return words.heads.get(folded(cell)) or words.heads.get(folded(_ASIDE.sub("", cell)))


def _completes(names: Sequence[str | None], other: Sequence[str | None], cells: Sequence[str]) -> bool:
    """Whether the row below the headings has more of them: only headings, and only where the row itself has none."""
    has = [place for place, cell in enumerate(cells) if cell]
    known = [place for place in has if place < len(other) and other[place]]
    return bool(known) and len(known) == len(has) and not any(place < len(names) and names[place] for place in known)


# --- cells ---


@dataclass
class _Reader:
    """Reads rows; what it has found out about a word or a unit it keeps."""

    words: Vocabulary
    directory: Directory
    now: datetime
    given: Mapping[str, str]
    places: Mapping[str, int]
    _units: dict[tuple[str, str], tuple[str, Sequence[str]]] = field(default_factory=dict)
    _days: dict[str, str] = field(default_factory=dict)
    _ids: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._ids = frozenset(self.directory.by_id)

    def read(self, row: int, cells: Sequence[str]) -> tuple[Keyed | None, list[Wrong]]:
        told = {name: cells[place] for name, place in self.places.items() if place < len(cells)}
        told = {name: found[1] if (found := _AS_TEXT.fullmatch(cell)) else cell for name, cell in told.items()}
        typed = {name: told.get(name, "") for name in FIELDS}
        broken = {name: code for name, cell in told.items() if (code := _broken(name, cell))}
        typed["text"] = _story(told.get("title", ""), typed["text"])
        for name in CODED:
            word = folded(typed[name])
            typed[name] = self.words.codes[name].get(word, _UNKNOWN) if word else self.given.get(name, "")
        if typed["kind"] and typed["kind"] != KINDS[0] and not told.get("category"):
            typed["category"] = ""  # what is given for complaints is not said of the others
        for name in ("arrived", "happened"):
            typed[name] = self._day(typed[name])
        typed["unit"], near = self._unit(readable(told.get("unit", "")), readable(told.get("part", "")))
        typed["phone"] = typed["phone"][: LONGEST_PHONE + 1]
        keyed, wrong = read_keyed(typed, self._ids, self.now.date())
        wrong = {**wrong, **broken}
        if not wrong:
            return keyed, []
        found = [
            self.wrong(row, name, code, told.get(name, ""), near if code == KeyingCode.UNIT_UNKNOWN else ())
            for name, code in wrong.items()
        ]
        return None, sorted(found, key=lambda one: self.places.get(one.field, len(self.places)))

    def wrong(self, row: int, name: str, code: str, said: str, near: Sequence[str] = ()) -> Wrong:
        place = self.places.get(name)
        column = "" if place is None else letters(place)
        return Wrong(row, name, column, str(code), clipped(readable(said), LONGEST_TOLD), near)

    def _day(self, cell: str) -> str:
        if cell not in self._days:
            self._days[cell] = _day(cell, self.now)
        return self._days[cell]

    def _unit(self, name: str, part: str) -> tuple[str, Sequence[str]]:
        """The id of a unit, `_UNKNOWN`, or nothing; and the names that come nearest to one that is not found."""
        if (name, part) not in self._units:
            self._units[name, part] = self._find(name, part)
        return self._units[name, part]

    def _find(self, name: str, part: str) -> tuple[str, Sequence[str]]:
        name, part = ("" if folded(one) in self.words.nothing else one for one in (name, part))
        if not (name or part):
            return "", ()
        whole = self.directory.named(name)
        if part and name:
            below = [one for unit in whole for one in self.directory.below(unit.id)]
            within = [one for one in below if folded(one.name) == folded(part)]
            if not within and len(whole) == 1:
                return _UNKNOWN, [one.full_name for one in below[:NEAR]]
            whole = within
        elif part:
            whole = self.directory.named(part)
        if len(whole) == 1:
            return whole[0].id, ()
        query = part or name
        found = [one.value for one in self.directory.search(query) or self.directory.nearest(query)]
        near = whole or [self.directory.by_id[unit_id] for unit_id in found]
        return _UNKNOWN, [one.full_name for one in near[:NEAR]]


def letters(place: int) -> str:
    """A column as the spreadsheet calls it: 0 is A, 26 is AA."""
    above, within = divmod(place, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + within)


def _broken(name: str, cell: str) -> SheetCode | None:
    """What the spreadsheet itself has made of a cell that is no words any more."""
    if cell in _ERRORS or _FORMULA.match(cell):
        return SheetCode.FORMULA
    if name in ("number", "phone") and _ROUNDED.fullmatch(cell):
        return SheetCode.ROUNDED
    return None


def _story(title: str, text: str) -> str:
    """A title and what follows it as one text."""
    title, text = readable(title), readable(text)
    return text if not title or text.startswith(title) else f"{title}\n{text}".strip()


def _day(cell: str, now: datetime) -> str:
    """A day as `read_keyed` takes it: from the number that a spreadsheet keeps, or with weekday and time of day.

    What leaves open which day is meant stays as it is.
    """
    plain = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", cell)).strip()
    if (serial := _SERIAL.fullmatch(plain)) and int(serial[1]) in _SERIALS:
        return (_FIRST_SERIAL + timedelta(int(serial[1]))).isoformat()
    if not _YEAR.search(plain):
        return plain
    found = read_moments(plain, datetime.combine(now.date(), time(12), now.tzinfo))
    return found[0][:10] if len(found) == 1 else plain
