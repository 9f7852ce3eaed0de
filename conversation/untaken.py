"""What somebody wrote in a conversation that was not taken at its end, to be given back: nobody types it twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conversation.engine import Flow
from conversation.messages import Answers
from conversation.questions import Evidence, Question, Ticks


def words_of(flow: Flow, answers: Answers) -> str:
    """The words of the answers, in the order of the questions, one under the other; empty where none were written."""
    return "\n".join(filter(None, _words(flow, answers)))


def pieces_of(flow: Flow, answers: Answers) -> int:
    """How many pieces of media the answers hold."""
    keys = (*flow.brought, *(question.key for question in flow.questions if isinstance(question, Evidence)))
    return sum(len(value) for key in keys if isinstance(value := answers.get(key), list))


def _words(flow: Flow, answers: Answers) -> Iterator[str | None]:
    for key in flow.brought:
        yield from _written(answers.get(key))
    for question in flow.questions:
        if (value := answers.get(question.key)) is not None:
            yield from _written(value if isinstance(question, Evidence) else _said(question, value))


def _said(question: Question, value: Any) -> str | None:
    return question.written(value) or value["remark"] if isinstance(question, Ticks) else question.written(value)


def _written(value: str | list[Answers] | None) -> Iterator[str | None]:
    """The words themselves, or those under pieces of media."""
    if isinstance(value, list):
        yield from (piece.get("caption") for piece in value)
    else:
        yield value
