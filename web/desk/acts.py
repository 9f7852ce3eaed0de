"""What a clerk can do with a report: by the word in its address, how each act reads its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services import cases, desk
from services.foundation.act import Act
from web.site.asked import a_day
from web.site.uploading import pieces_in

Form = Mapping[str, str]
Decision = Callable[[Act, str, Form], bool]  # (…, the report's id, the form): whether the citizen can be reached


def _said(use_case: Callable[[Act, str, str, str], bool]) -> Decision:
    return lambda act, report_id, sent: use_case(act, report_id, sent.get("seen", ""), sent.get("text", ""))


def _enclosing(use_case: Callable[[Act, str, str, str, list[str]], bool]) -> Decision:
    """An act whose words may take files along."""
    return lambda act, report_id, sent: use_case(
        act, report_id, sent.get("seen", ""), sent.get("text", ""), pieces_in(sent)
    )


def _ticked(sent: Form) -> list[str]:
    return [name.removeprefix("outcome_") for name in sent if name.startswith("outcome_")]


def _answer(act: Act, report_id: str, sent: Form) -> bool:
    seen, text = sent.get("seen", ""), sent.get("text", "")
    return desk.answer(act, report_id, seen, text, _ticked(sent), sent.get("recovered", ""), pieces_in(sent))


def _interim(act: Act, report_id: str, sent: Form) -> bool:
    seen, text = sent.get("seen", ""), sent.get("text", "")
    return desk.interim(act, report_id, seen, text, a_day(sent.get("date", "")), pieces_in(sent))


def _outcomes(act: Act, report_id: str, sent: Form) -> bool:
    cases.note_outcomes(act, report_id, sent.get("seen", ""), _ticked(sent), sent.get("recovered", ""))
    return True


def _prioritise(act: Act, report_id: str, sent: Form) -> bool:
    return desk.prioritise(act, report_id, sent.get("seen", ""), sent.get("priority", ""), sent.get("text", ""))


def _put_right(act: Act, report_id: str, sent: Form) -> bool:
    return desk.put_right(act, report_id, sent.get("seen", ""), sent.get("unit", ""), sent.get("category", ""))


def _merge(act: Act, report_id: str, sent: Form) -> bool:
    number, way, sure = (sent.get(name, "") for name in ("other", "way", "sure"))
    return desk.merge(act, report_id, sent.get("seen", ""), number, way, sure)


# Whose words may take files along.
ENCLOSING = frozenset(("ask", "accept", "decline", "refer", "answer", "interim", "answer_item"))


def _split(act: Act, report_id: str, sent: Form) -> bool:
    typed = {name.removeprefix("item_"): text for name, text in sent.items() if name.startswith(("item_", "new_"))}
    return cases.split(act, report_id, sent.get("seen", ""), typed)


def _answer_item(act: Act, report_id: str, sent: Form) -> bool:
    said = sent.get("seen", ""), sent.get("item", ""), sent.get("text", "")
    return cases.answer_item(act, report_id, *said, pieces_in(sent), telling=bool(sent.get("tell")))


ACTS: Mapping[str, Decision] = {
    "ask": _enclosing(desk.ask),
    "accept": _enclosing(desk.accept),
    "decline": _enclosing(desk.decline),
    "refer": _enclosing(desk.refer),
    "answer": _answer,
    "interim": _interim,
    "split": _split,
    "answer_item": _answer_item,
    "tell_item": lambda act, report_id, sent: cases.tell_item(
        act, report_id, sent.get("seen", ""), sent.get("item", "")
    ),
    "outcomes": _outcomes,
    "reopen": _said(desk.reopen),
    "uphold": _said(desk.uphold),
    "make_good": _said(desk.make_good),
    "set_aside": _said(desk.set_aside),
    "note": _said(desk.note_visit),
    "put_right": _put_right,
    "prioritise": _prioritise,
    "tag": lambda act, report_id, sent: desk.add_tag(act, report_id, sent.get("tag", "")),
    "untag": lambda act, report_id, sent: desk.remove_tag(act, report_id, sent.get("tag", "")),
    "assign": lambda act, report_id, sent: desk.assign(act, report_id, sent.get("seen", ""), sent.get("person", "")),
    "pass_on": _said(desk.pass_on),
    "give_back": _said(desk.give_back),
    "merge": _merge,
    "part": lambda act, report_id, sent: desk.part(act, report_id, sent.get("seen", ""), sent.get("child", "")),
    "jot": lambda act, report_id, sent: desk.jot(act, report_id, sent.get("text", ""), sent.get("number", "")),
}
