"""Sample messages about obligations: the lists, one obligation in each of its states, and what the office sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conversation.messages import Button
from services.obligations import TO_HEAD, TO_READER

NUMBER = "D20261121-0003"
DUE, LATER, OVER = "2026-11-27T18:00+08:00", "2026-12-02", "2026-11-18T18:00+08:00"
NEXT_YEAR = "2027-01-27T18:00+08:00"
SENT = "2026-11-20T08:30+08:00"
_BACK_NEVER = {"returned": "", "times": 0, "untrue": False}  # of an answer that never came back
_REFUSED = (
    *("gone", "settled", "waiting_already", "due_past", "due_wanted", "text_wanted", "text_too_long"),
    *("not_ours_late", "not_ours_never", "not_ours_once"),
)
Sample = tuple[str, Mapping[str, Any], tuple[Button, ...]]


def said(unit: str | None, case: str, word: Callable[[str], str]) -> list[Sample]:
    """Sample messages about obligations. `word` gives the made-up texts of the language."""
    obligation = {
        "number": NUMBER,
        "kind": "complaint",
        "case": case,
        "state": "open",
        "owed": True,
        "unit": unit,
        "due": DUE,
        "late": False,
        "days": 4,
        "waiting": False,
        "nth": f"{NUMBER}-2",
        "late_by": None,
        "to": "head",
        "text": word("sample_asked"),
        "asked": word("sample_asked"),
        "begins": word("sample_asked"),
        "provisional": False,
    }
    samples = [*_shown(obligation, word), *_sent(word)]
    return [(f"obligation.{block}", {**obligation, **own}, buttons) for block, own, buttons in samples]


def _shown(obligation: Mapping[str, Any], word: Callable[[str], str]) -> list[Sample]:
    over = {"due": OVER, "days": -2, "late": True}
    done = {**obligation, "number": "D20261119-0001", "state": "accepted", "owed": False, "days": 0}
    listed = [obligation, {**obligation, **over, "number": "D20261116-0002", "case": None, "kind": "instruction"}, done]
    to_list = Button("/duties", words="menu_duties")
    see = _buttons("see_obligation")
    plain = {**_BACK_NEVER, "not_ours_by": None, "extension": None, "history": [], "earlier": 0}
    asked_time = {"state": "waiting", "until": LATER, "reason": word("sample_why"), "late": False, "word": ""}
    history = [
        {"kind": "handed", "text": "", "at": SENT, "pieces": 0, "times": 0, "untrue": False},
        {"kind": "unit_answer", "text": word("sample_outcome"), "at": SENT, "pieces": 2, "times": 0, "untrue": False},
        {"kind": "returned", "text": word("sample_back"), "at": SENT, "pieces": 0, "times": 2, "untrue": True},
    ]
    back = {"returned": word("sample_back"), "times": 2, "untrue": True}
    lines = [{"unit": obligation["unit"], "kind": "complaint", "count": 2, "oldest": OVER, "days": -2}]
    opened = [
        Button(f"/duty {one['number']}", words="open_obligation", values={**one, "place": place})
        for place, one in enumerate(listed, 1)
    ]
    return [
        ("mine", {"owing": listed, "several": False, "owed": 2, "first": 0}, (*opened, *_buttons("who_is_late"))),
        ("mine", {"owing": [done], "several": True, "owed": 0, "first": 0}, (opened[-1],)),
        ("none", {}, _buttons("menu")),
        ("unknown", {}, (to_list,)),
        ("look_only", {}, see),
        ("one", {**plain, "due": NEXT_YEAR, "days": 44, "provisional": True}, _buttons("answer_now")),
        ("one", plain, (*_buttons("acknowledge", "answer_now", "more_time", "ask_office"), to_list)),
        (
            "one",
            {**plain, **over, **back, "state": "returned", "history": history, "earlier": 3},
            (*_buttons("acknowledge", "answer_now", "more_time", "ask_office"), to_list),
        ),
        ("one", {**plain, "not_ours_by": DUE}, (*_buttons("acknowledge", "answer_now", "not_ours"), to_list)),
        ("one", {**plain, "state": "not_ours", "owed": False}, (*_buttons("answer_now", "ask_office"), to_list)),
        ("one", {**plain, "state": "acknowledged", "extension": asked_time}, (*_buttons("answer_now"), to_list)),
        ("one", {**plain, "extension": {**asked_time, "state": "granted", "word": ""}}, (to_list,)),
        (
            "one",
            {
                **plain,
                **over,
                "extension": {**asked_time, "state": "refused", "late": True, "word": word("sample_back")},
            },
            (to_list,),
        ),
        ("one", {**plain, "state": "excused", "owed": False, "extension": {**asked_time, "state": "moot"}}, (to_list,)),
        ("acknowledged", {}, (*_buttons("answer_now", "more_time", "see_obligation"), to_list)),
        ("answering", _BACK_NEVER, ()),
        ("answering", {**over, **back, "times": 1, "untrue": False}, ()),
        ("answering", {**_BACK_NEVER, "state": "not_ours", "owed": False}, ()),
        ("given_back", {}, (*see, to_list)),
        ("answered", {"pieces": 2}, (to_list,)),
        ("answered", {**over, "pieces": 0}, (to_list,)),
        ("asking_time", {}, ()),
        ("asking_time", over, ()),
        ("time_asked", {"until": LATER}, (*see, to_list)),
        ("time_asked", {**over, "until": LATER}, (*see, to_list)),
        ("office_asked", {}, (*see, to_list)),
        *(("refused", {"code": code}, see) for code in _REFUSED),
        ("late", {"lines": lines, "total": 2, "more": 1, "everything": True}, (to_list,)),
        ("late", {"lines": [], "total": 0, "more": 0, "everything": False}, _buttons("menu")),
    ]


def _sent(word: Callable[[str], str]) -> list[Sample]:
    over = {"due": OVER, "days": -2, "state": "acknowledged"}
    to_head, to_reader = _buttons(*TO_HEAD), _buttons(*TO_READER)
    return [
        ("handed", {}, to_head),
        ("handed", {"due": NEXT_YEAR, "days": 44, "provisional": True}, to_head),
        ("reminder", {"days": 3, "state": "open"}, to_head),
        ("reminder", {"due": NEXT_YEAR, "days": 7, "provisional": True}, to_head),
        ("reminder", {"days": 1, "state": "acknowledged"}, to_head[1:]),
        ("reminder", {"days": 0, "due": "2026-11-21T18:00+08:00"}, to_head),
        ("reminder", {"days": 0, "due": "2026-11-22T18:00+08:00"}, to_head),
        ("reminder", over, to_head[1:]),
        ("reminder", {"days": 3, "to": "deputy"}, to_head),
        ("reminder", {**over, "to": "superior"}, to_reader),
        ("reminder", {"days": 3, "late_by": SENT}, to_head),
        ("returned", {"text": word("sample_back"), "state": "returned", "times": 1, "untrue": False}, to_head),
        ("returned", {"text": word("sample_back"), "state": "returned", "times": 2, "untrue": True}, to_head),
        ("insisted", {"text": word("sample_back"), "state": "open"}, to_head),
        ("accepted", {"text": "", "state": "accepted"}, to_reader),
        ("excused", {"text": word("sample_why"), "state": "excused"}, to_reader),
        ("link", {"address": "https://mingcha.example.gov.cn/answer/K7QF-2M9D-X4TP-8RWC-3HJN-5VZA"}, ()),
        ("time_granted", {"text": "", "due": f"{LATER}T18:00+08:00", "days": 7}, to_head[1:]),
        ("deadline_moved", {"was": DUE, "due": f"{LATER}T18:00+08:00", "days": 7}, to_head[1:]),
        ("time_refused", {"text": word("sample_back")}, to_head[1:]),
        ("office_reply", {"text": word("sample_word"), "state": "acknowledged"}, to_head[1:]),
    ]


def _buttons(*words: str) -> tuple[Button, ...]:
    return tuple(Button(f"/{name}", words=name) for name in words)
