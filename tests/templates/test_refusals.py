"""Every refusal can be told: each code, on every surface that can show it, in every language."""

from __future__ import annotations

import ast
from datetime import datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path

import pytest

from services.calendar import CalendarCode
from services.cases import CaseCode, KeyingCode, SheetCode
from services.desk.codes import DeskCode
from services.evidence import EvidenceCode
from services.foundation.purpose import PurposeCode
from services.foundation.refusal import Common
from services.foundation.tables import TableCode
from services.notices.codes import NoticeCode
from services.obligations.codes import ObligationCode
from services.people.codes import PeopleCode
from services.signin import SignInCode
from templates import HERE, LANGUAGES, load_texts
from tests.drivers.template_words import words

TEXTS = load_texts(lambda: datetime(2026, 11, 21, 14, 20))
KINDS = (
    CalendarCode,
    CaseCode,
    Common,
    DeskCode,
    EvidenceCode,
    KeyingCode,
    NoticeCode,
    ObligationCode,
    PeopleCode,
    PurposeCode,
    SheetCode,
    SignInCode,
    TableCode,
)
CODES = {kind.__name__: kind for kind in KINDS}
AT_HAND_OVER = {
    DeskCode.HEAD_WANTED,
    DeskCode.THEIR_NUMBER,
    DeskCode.THEIR_WORDS,
}  # told at the form that hands over, whose words are theirs
# Not a mistake: the page asks once more, in other words.
ASKED_AGAIN: set[StrEnum] = {
    CaseCode.TAG_THERE,
    DeskCode.OTHER_UNIT,
    DeskCode.TELLING,
    ObligationCode.DUE_UNSURE,
    ObligationCode.HANDED_ALREADY,
    PeopleCode.HAS_HEAD,
}
OF_TEXTS = {
    DeskCode.USE_WANTED,
    DeskCode.TITLE_WANTED,
    DeskCode.TITLE_TOO_LONG,
    DeskCode.VARIABLE_UNKNOWN,
    DeskCode.VARIABLE_BROKEN,
}  # told at the page of standard texts
BY_NAME = {DeskCode.VARIABLE_UNKNOWN}  # told there by `unknown`, with what was written and what is known
NEW_DATE = {ObligationCode.DUE_WANTED, ObligationCode.DUE_PAST, ObligationCode.DUE_FAR}  # of an interim reply
AT_UNITS = {  # told where units answer, signed in or by a link, beside what the chat says of an act that is refused
    Common.CHANGED,
    PeopleCode.NAME_WANTED,
    ObligationCode.POST_WANTED,
    ObligationCode.REASON_WANTED,
    Common.TEXT_WANTED,
    Common.TEXT_TOO_LONG,
    ObligationCode.DUE_WANTED,
    ObligationCode.DUE_PAST,
    EvidenceCode.ENCLOSED_GONE,
    EvidenceCode.ENCLOSED_BAD,
}
OF_LINKS = {ObligationCode.POST_WANTED, ObligationCode.REASON_WANTED}
OF_UNITS = {  # what no page does
    ObligationCode.NOT_OURS_LATE,
    ObligationCode.NOT_OURS_NEVER,
    ObligationCode.NOT_OURS_ONCE,
    ObligationCode.WAITING_ALREADY,
}
IN_THE_CHAT = OF_UNITS | {
    Common.GONE,
    Common.TEXT_TOO_LONG,
    Common.TEXT_WANTED,
    ObligationCode.DUE_PAST,
    ObligationCode.DUE_WANTED,
    ObligationCode.SETTLED,
}
# What is gone is drawn as "not found", but where an obligation's state may have moved under the page.
ON_PAGES: dict[str, set[StrEnum]] = {
    "desk": {*Common, *CaseCode, *DeskCode, *PurposeCode, *NEW_DATE}
    - (AT_HAND_OVER - {DeskCode.HEAD_WANTED})
    - ASKED_AGAIN
    - OF_TEXTS
    - {Common.GONE},
    "texts": {Common.CHANGED, Common.TEXT_TOO_LONG, Common.TEXT_WANTED, *OF_TEXTS} - BY_NAME,
    "cases": {*KeyingCode, Common.TEXT_TOO_LONG, Common.TEXT_WANTED},
    "obligations": {*Common, *ObligationCode, *AT_HAND_OVER, CaseCode.ANSWER_TOO_LONG}
    - ASKED_AGAIN
    - OF_UNITS
    - OF_LINKS,
    "answering": AT_UNITS,
    "people": set[StrEnum](PeopleCode) - ASKED_AGAIN,
    "signin": {*SignInCode, Common.GONE},
    "walkins": {Common.TEXT_TOO_LONG, Common.TEXT_WANTED, CaseCode.DECIDED},
    "figures": {Common.CHANGED},
    "units": {Common.TEXT_TOO_LONG},
    "quarantine": {*PurposeCode},
    "calendar": {Common.CHANGED, *CalendarCode, *TableCode} - {TableCode.LIST_SEVERAL},
    "notices": {*Common, *NoticeCode, *TableCode} - {Common.GONE, TableCode.LIST_SEVERAL},
}
OF_A_ROW = {SheetCode.FORMULA, SheetCode.ROUNDED, SheetCode.NUMBER_TWICE}  # of a sheet that is imported
OF_A_SHEET = {  # by the name of their words
    "sheet_problem": {*SheetCode, *TableCode} - OF_A_ROW,
    "row_problem": {*KeyingCode, *OF_A_ROW, Common.TEXT_TOO_LONG, Common.TEXT_WANTED}
    - {KeyingCode.KEYED_ALREADY, KeyingCode.KEYED_ALIKE},
}
OF_A_FILE = {EvidenceCode.NO_COPY, EvidenceCode.NO_ROOM, EvidenceCode.TOO_MUCH}
ENCLOSED = {*EvidenceCode} - OF_A_FILE  # told at the form that takes files along
BESIDE_A_FILE = {*OF_A_FILE, NoticeCode.TOO_MANY_PIECES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", ON_PAGES)
def test_a_page_tells_each_of_its_refusals_in_words_of_its_own(language: str, subject: str) -> None:
    problem = words(language, subject)["problem"]
    if callable(problem):
        told = {code: str(problem(code, {"over": 3, "variable": "姓名"})) for code in ON_PAGES[subject]}
    else:
        told = {code: problem[code] for code in ON_PAGES[subject]}
        assert problem.keys() == {str(code) for code in told}, "no words that nobody is told"
    assert all(len(said.strip()) > 5 for said in told.values())
    assert len(set(told.values())) == len(told)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OF_A_SHEET)
def test_whatever_is_wrong_in_a_sheet_of_cases_has_words(language: str, name: str) -> None:
    told = words(language, "cases")[name]
    assert told.keys() == {str(code) for code in OF_A_SHEET[name]}
    assert len(set(told.values())) == len(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_go_with_an_answer_is_told_beside_the_files(language: str) -> None:
    told = words(language, "evidence")["enclose_problem"]
    assert told.keys() == {str(code) for code in ENCLOSED}
    assert len(set(told.values())) == len(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_a_notice_does_not_take_is_told_beside_its_name(language: str) -> None:
    assert words(language, "site")["file_refused"].keys() >= {str(code) for code in BESIDE_A_FILE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chat_tells_a_unit_each_refusal(language: str) -> None:
    told = {code: TEXTS[language].say("obligation", "refused", {"number": "D1", "code": code}) for code in IN_THE_CHAT}
    assert all(said.startswith("D1") and len(said) > 8 for said in told.values())
    assert len(set(told.values())) == len(told)


def test_what_a_unit_does_is_refused_with_no_other_code() -> None:
    files = (HERE.parent / "services" / "obligations" / f"{name}.py" for name in ("answering", "locking"))
    assert raised(*files) <= IN_THE_CHAT


def test_every_code_is_raised_and_has_a_surface() -> None:
    folders = (HERE.parent / folder for folder in ("services", "web"))
    everything = set(chain.from_iterable(CODES.values()))
    assert raised(*chain.from_iterable(folder.rglob("*.py") for folder in folders)) == everything
    told = set().union(*ON_PAGES.values(), *OF_A_SHEET.values())
    assert told | IN_THE_CHAT | BESIDE_A_FILE | ENCLOSED | ASKED_AGAIN | BY_NAME == everything


def raised(*paths: Path) -> set[StrEnum]:
    """The codes that these files name outside of their imports."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    named = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {CODES[one.value.id][one.attr] for one in named if isinstance(one.value, ast.Name) and one.value.id in CODES}
