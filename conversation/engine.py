"""The engine: a flow, a session and one reply in; the next session and what to show out.

The position is never stored. It follows from the answers, so that back, edit, skip, resuming after a week and a
question added by a deployment are the same thing: the first question that lacks a valid answer is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conversation.messages import Answers, Line, Media, Problem, Reply, Screen
from conversation.questions import Asked, Choice, Drafted, Evidence, Question, Refused, Ticks, World

BACK, KEEP, SKIP, CANCEL, SUBMIT = "/back", "/keep", "/skip", "/cancel", "/submit"
REVIEW = "review"


@dataclass(frozen=True)
class Flow:
    """An ordered list of questions, read top to bottom. Without a review the last answer submits."""

    name: str
    questions: Sequence[Question]
    review: bool = True


@dataclass(frozen=True)
class Session:
    """Where one contact is. `turn` goes into every button, so that a button of an old screen is known as such.

    An answer whose key starts with "_" belongs to no question: it was known before the flow began.
    """

    flow: str
    turn: int = 1
    answers: dict[str, Any] = field(default_factory=dict)
    drafts: dict[str, Any] = field(default_factory=dict)  # unfinished answers by question: ticks, photos so far
    editing: str | None = None  # the only cursor there is
    page: int = 0
    query: str = ""


@dataclass(frozen=True)
class Submitted:
    answers: Answers


@dataclass(frozen=True)
class Cancelled:
    pass


Effect = Screen | Submitted | Cancelled


def position(flow: Flow, session: Session, world: World) -> Question | None:
    """The question to ask now; None is the review."""
    asked = _asked(flow, session, world)
    edited = next((q for q in asked if q.key == session.editing), None)
    return edited or next((q for q in asked if not _answered(q, flow, session, world)), None)


def screen(flow: Flow, session: Session, world: World, problem: Problem | None = None) -> Screen:
    """What the person sees at this point of the flow."""
    questions = _asked(flow, session, world)
    here = position(flow, session, world)
    total = len(questions) + flow.review
    base = Screen(
        flow.name, REVIEW, REVIEW, session.turn, total, total, problem=problem, answers=session.answers,
        actions=(SUBMIT, CANCEL), editing=session.editing is not None,
    )  # fmt: skip
    if here is None:
        return replace(base, lines=tuple(_line(q, flow, session, world) for q in questions))
    at = _at(here, flow, session, world)
    options, first = here.page(at) if isinstance(here, Choice) else (here.options(at), 1)
    shown = replace(
        base, asks=here.key, kind=here.kind, number=questions.index(here) + 1, options=tuple(options), first=first,
        actions=(*here.actions(at), *_moves(here, questions, session), CANCEL),
    )  # fmt: skip
    if isinstance(here, Ticks):
        draft = here.draft(at)
        return replace(shown, ticked=tuple(draft["ticked"]), remark=draft["remark"])
    return replace(shown, count=len(here.held(at))) if isinstance(here, Evidence) else shown


def advance(flow: Flow, session: Session, reply: Reply, world: World) -> tuple[Session | None, Effect]:
    """One turn. A refused reply leaves the session as it was and shows the same question with the reason."""
    shown = screen(flow, session, world)
    if reply.turn is not None and reply.turn != session.turn:
        return session, replace(shown, problem=Problem("stale"))
    reply = _spoken_action(reply, shown, world)
    here = position(flow, session, world)
    match (reply.choice or "").split(maxsplit=1):
        case ["/cancel"]:
            return None, Cancelled()
        case ["/submit"] if here is None:
            return None, _submitted(flow, session, world)
        case ["/edit", key] if any(q.key == key for q in _asked(flow, session, world)):
            return _moved(flow, session, world, editing=key)
        case ["/back"] if "/back" in shown.actions or here is None:
            return _back(flow, session, world, here)
        case ["/keep"] if "/keep" in shown.actions:
            return _moved(flow, _undrafted(session, here), world, editing=None)
        case ["/skip"] if here is not None and "/skip" in shown.actions:
            return _answer(flow, session, world, here, None)
    if reply.media and not isinstance(here, Evidence):
        session, problem = _kept_for_later(flow, session, world, here, reply.media)
        if here is None or problem or reply.text is None:
            return session, screen(flow, session, world, problem or Problem("media_kept"))
    if here is None:
        return session, replace(shown, problem=Problem("choose_action"))
    try:
        return _read(flow, session, world, here, reply)
    except Refused as refused:
        return session, replace(shown, problem=refused.problem)


def prefilled(flow: Flow, answers: Mapping[str, Any], turn: int, drafts: Mapping[str, Any] | None = None) -> Session:
    """A session that starts with what is known already (the unit of a link, the words that led here)."""
    return Session(flow.name, turn, dict(answers), dict(drafts or {}))


def _read(flow: Flow, session: Session, world: World, here: Question, reply: Reply) -> tuple[Session | None, Effect]:
    step = here.read(reply, _at(here, flow, session, world))
    if isinstance(step, Drafted):
        drafts = session.drafts if step.draft is None else {**session.drafts, here.key: step.draft}
        drafted = replace(session, drafts=drafts, page=step.page, query=step.query)
        return drafted, screen(flow, drafted, world, step.problem)
    return _answer(flow, session, world, here, step.value)


def _answer(flow: Flow, session: Session, world: World, here: Question, value: Any) -> tuple[Session | None, Effect]:
    drafts = {key: draft for key, draft in session.drafts.items() if key != here.key}
    answered = replace(session, answers={**session.answers, here.key: value}, drafts=drafts)
    if not flow.review and position(flow, replace(answered, editing=None), world) is None:
        return None, _submitted(flow, answered, world)
    return _moved(flow, answered, world, editing=None)


def _moved(flow: Flow, session: Session, world: World, *, editing: str | None) -> tuple[Session, Screen]:
    moved = replace(session, turn=session.turn + 1, editing=editing, page=0, query="")
    return moved, screen(flow, moved, world)


def _kept_for_later(
    flow: Flow, session: Session, world: World, here: Question | None, media: Sequence[Media]
) -> tuple[Session, Problem | None]:
    """A photo that comes before or after it is asked for goes to the flow's evidence question, open (again) by that."""
    for question in _asked(flow, session, world):
        if isinstance(question, Evidence):
            held, problem = question.add(question.held(_at(question, flow, session, world)), media)
            kept = replace(session, drafts={**session.drafts, question.key: held})
            if position(flow, kept, world) is not here:  # the buttons shown so far belong to another question now
                kept = replace(kept, turn=kept.turn + 1, page=0, query="")
            return kept, problem
    return session, Problem("not_an_answer")


def _submitted(flow: Flow, session: Session, world: World) -> Submitted:
    hidden = {key: value for key, value in session.answers.items() if key.startswith("_")}
    return Submitted(hidden | {q.key: session.answers[q.key] for q in _asked(flow, session, world)})


def _asked(flow: Flow, session: Session, world: World) -> list[Question]:
    return [q for q in flow.questions if q.when(session.answers, world)]


def _at(question: Question, flow: Flow, session: Session, world: World) -> Asked:
    draft = session.drafts.get(question.key)
    return Asked(flow.name, session.answers, world, draft, session.page, session.query)


def _answered(question: Question, flow: Flow, session: Session, world: World) -> bool:
    if question.key not in session.answers or question.key in session.drafts:
        return False
    value = session.answers[question.key]
    return value is None or question.holds(value, _at(question, flow, session, world))


def _line(question: Question, flow: Flow, session: Session, world: World) -> Line:
    value = session.answers[question.key]
    if value is None:
        return Line(question.key, "none")
    return question.show(value, _at(question, flow, session, world))


def _moves(here: Question, questions: Sequence[Question], session: Session) -> list[str]:
    revisited = here.key in session.answers and session.editing == here.key
    skippable = here.optional and not session.drafts.get(here.key)  # a skip must not lose photos that have come
    return [KEEP] * revisited + [BACK] * (here is not questions[0]) + [SKIP] * skippable


def _back(flow: Flow, session: Session, world: World, here: Question | None) -> tuple[Session, Screen]:
    """One question back, as often as wanted; the old answers stay until they are replaced."""
    questions = _asked(flow, session, world)
    before = questions[: questions.index(here)] if here else questions
    return _moved(flow, _undrafted(session, here), world, editing=before[-1].key if before else None)


def _undrafted(session: Session, here: Question | None) -> Session:
    """Without the unfinished change to an answer that was given before."""
    if here is None or here.key not in session.answers:
        return session
    return replace(session, drafts={key: draft for key, draft in session.drafts.items() if key != here.key})


def _spoken_action(reply: Reply, shown: Screen, world: World) -> Reply:
    """A typed "返回" is the button of that name, where the screen has it; so is a typed /back."""
    if reply.choice is not None or reply.text is None:
        return reply
    text = reply.text.strip()
    action = text if text.startswith("/") else world.action(text)
    if action is None or (action not in shown.actions and not text.startswith("/")):
        return reply
    return replace(reply, text=None, choice=action)
