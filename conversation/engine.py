"""The engine: takes a flow, a session and one reply; gives the next session and what to show.

The position is never stored. It follows from the answers, so that back, edit, skip, resuming after a week and a
question added by a deployment are the same thing: the first question that lacks a valid answer is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from conversation import losses
from conversation.messages import Answers, Line, Media, Problem, Reply, Screen
from conversation.questions import (
    CLEAR,
    DONE,
    NEXT,
    PREVIOUS,
    REMOVE,
    REWRITE,
    SKIP,
    Answered,
    Asked,
    Choice,
    Evidence,
    Place,
    Question,
    Refused,
    Text,
    Ticks,
    World,
    always,
)
from conversation.strays import captioned, keep_typed, keep_words, tells, unheld
from conversation.text import seen
from conversation.values import value

BACK, KEEP, CANCEL, SUBMIT = "/back", "/keep", "/cancel", "/submit"
DROP, UNDO = "/drop", "/undo"
COMMANDS = frozenset(
    (BACK, KEEP, SKIP, CANCEL, SUBMIT, DROP, UNDO, DONE, CLEAR, REMOVE, REWRITE, NEXT, PREVIOUS, "/edit")
)
_LONE = re.compile(r"/[A-Za-z]\w*", re.ASCII)  # what looks like a command and stands alone is never an answer
REVIEW = "review"
AT_ONCE = timedelta(seconds=10)  # what a device has cut arrives within this time
FEW = 10  # characters: fewer words, said before the flow began, are given up without asking
MOST_REFUSED = 20  # pieces told of at once


@dataclass(frozen=True)
class Flow:
    """An ordered list of questions, read top to bottom. Without a review the last answer submits."""

    name: str
    questions: Sequence[Question]
    review: bool = True
    brought: tuple[str, ...] = ()  # hidden answers that hold words or pieces of the person's own

    @cached_property
    def assumes(self) -> bool:
        """Whether any question may be taken as answered by what was known before."""
        return any(question.assumed for question in self.questions)


@value
class Session:
    """Where one contact is in a flow. `turn` goes into every button, so that buttons of old screens are known as such.

    An answer whose key starts with "_" belongs to no question: it was known before the flow began.
    """

    flow: str
    turn: int = 1
    answers: dict[str, Any] = field(default_factory=dict)
    drafts: dict[str, Any] = field(default_factory=dict)  # unfinished answers by question: ticks, photos so far
    editing: str | None = None  # the only cursor there is
    page: int = 0
    query: str = ""
    heard: dict[str, Any] = field(default_factory=dict)  # what each message has said that can be changed
    lost: dict[str, Any] = field(default_factory=dict)  # by question: what an undo brings back, and since which turn
    refused: list[Any] = field(default_factory=list)  # pieces that did not fit, since something else was said
    wrote: str | None = None  # when the last words of a draft came, ISO 8601

    def changed(self, **changes: Any) -> Session:
        """This session with these fields changed; `replace` would take as long as all the rest of a step."""
        changed = object.__new__(Session)
        changed.__dict__.update(self.__dict__, **changes)
        return changed


@value
class Submitted:
    answers: Answers


@value
class Cancelled:
    pass


@value
class Leaving:
    """Somebody wants to give up what took effort: nothing has changed, and whoever talks to them asks first."""

    turn: int


Effect = Screen | Submitted | Cancelled | Leaving


def position(flow: Flow, session: Session, world: World) -> Question | None:
    """The question to ask now; None is the review."""
    return _Place(flow, session, world).here


def screen(flow: Flow, session: Session, world: World, problem: Problem | None = None) -> Screen:
    """What the person sees at this point of the flow."""
    return _Place(flow, session, world).screen(problem)


def prefilled(flow: Flow, answers: Mapping[str, Any], turn: int, drafts: Mapping[str, Any] | None = None) -> Session:
    """A session that starts with what is known already (the unit of a link, the words that led here).

    Words that are too long for their question become the draft of its answer.
    """
    begun = {
        question.key: answers[question.key]
        for question in flow.questions
        if isinstance(question, Text) and len(answers.get(question.key) or "") > question.longest
    }
    return Session(flow.name, turn, _without(answers, *begun), {**(drafts or {}), **begun})


def begun(flow: Flow, session: Session) -> bool:
    """Whether the person has given anything in this conversation; what was known before does not count."""
    own = any(not key.startswith("_") for key in session.answers) or any(map(session.answers.get, flow.brought))
    return bool(own or session.drafts or session.lost)


def is_option(flow: Flow, session: Session, reply: Reply, world: World) -> bool:
    """Whether this reply names an option of the question that is asked now."""
    place = _Place(flow, session, world)
    try:
        return isinstance(place.here, Choice) and isinstance(place.here.read(reply, place.at(place.here)), Answered)
    except Refused:
        return False


def advance(flow: Flow, session: Session, reply: Reply, world: World) -> tuple[Session | None, Effect]:
    """Advances a session by one reply. A refused reply leaves it as it was and shows the question with the reason."""
    place = _Place(flow, session, world)
    if reply.turn is not None and reply.turn != session.turn:
        return session, place.screen(Problem("stale"))
    if session.refused and not reply.media:
        session = session.changed(refused=[])
        place = _Place(flow, session, world)
    reply = _spoken_action(reply, place)
    if (acted := _ended(place, reply.choice) or _moved(place, reply.choice or "")) is not None:
        return acted
    here = place.here
    if reply.media and not isinstance(here, Evidence):
        return _beside(place, here, reply)
    if reply.location is not None and not isinstance(here, Place):
        session, problem = keep_words(place.questions, session, reply.written() or "", "place_kept")
        return session, place.with_session(answers=session.answers, drafts=session.drafts).screen(problem)
    if here is None:
        return _wordless(place, reply, Problem("choose_action"))
    try:
        return _read(place, here, reply)
    except Refused as refused:
        if isinstance(here, Evidence) and not place.is_inside():
            return _wordless(place, reply, refused.problem)
        return place.session, place.screen(refused.problem)


def _ended(place: _Place, choice: str | None) -> tuple[Session | None, Effect] | None:
    if choice == CANCEL:
        session = place.session
        return (session, Leaving(session.turn)) if place.took_effort() else (None, Cancelled())
    if choice == SUBMIT and place.here is None:
        return None, place.submitted()
    return None


def _moved(place: _Place, choice: str) -> tuple[Session | None, Effect] | None:
    """What a button of the screen does besides answering; None where the reply presses none."""
    here, key = place.here, choice.removeprefix("/edit ")
    if choice != key and any(question.key == key for question in place.questions):
        return place.moved(editing=key)
    if choice == BACK and place.is_inside():
        return place.with_session(page=0, query="").shown()
    if choice == BACK and (here is None or BACK in place.actions()):
        return place.back()
    if choice == SKIP and place.keeps_by_skipping():
        return place.moved(editing=None)
    if choice == UNDO and place.undoable is not None:
        return place.undone(place.undoable)
    if choice == KEEP and KEEP in place.actions():
        return place.without_draft().moved(editing=None)
    if choice in (SKIP, DROP) and here is not None and choice in place.actions():
        return place.answered(here, None)
    return None


class _Place:
    """One point of one conversation: a session seen through its flow. Computed once, since a turn asks for it often."""

    def __init__(self, flow: Flow, session: Session, world: World) -> None:
        self.flow, self.session, self.world = flow, session, world
        answers, editing = session.answers, session.editing
        wrote = datetime.fromisoformat(session.wrote) if session.wrote else None
        at_once = wrote is not None and world.now - wrote < AT_ONCE
        self.questions = [q for q in flow.questions if q.when is always or q.when(answers, world)]
        self.assumed = self._assumed() if flow.assumes else {}
        self.answers = {**self.assumed, **answers} if self.assumed else answers
        self._asked = Asked(flow.name, self.answers, world, None, session.page, session.query, at_once, session.drafts)
        here = next((q for q in self.questions if q.key == editing), None) if editing else None
        self.here = here or self._first_open()

    def _assumed(self) -> dict[str, Any]:
        answers = self.session.answers
        may = (q for q in self.questions if q.assumed and q.key not in answers)
        return {q.key: answers[q.assumed] for q in may if q.assumed in answers}

    def _first_open(self) -> Question | None:
        """The first question without a valid answer."""
        answers, drafts, asked = self.answers, self.session.drafts, self._asked
        for question in self.questions:
            key = question.key
            if key not in answers or key in drafts:
                return question
            if (value := answers[key]) is not None and not question.holds(value, asked):
                return question
        return None

    @property
    def asked(self) -> Sequence[Question]:
        """The questions that count: what is assumed is not asked for, unless it is asked now."""
        if not self.assumed:
            return self.questions
        return [q for q in self.questions if q is self.here or q.key not in self.assumed]

    def with_session(self, **changes: Any) -> _Place:
        return _Place(self.flow, self.session.changed(**changes), self.world)

    def at(self, question: Question) -> Asked:
        draft = self.session.drafts.get(question.key)
        return self._asked if draft is None else replace(self._asked, draft=draft)

    def actions(self) -> tuple[str, ...]:
        """What may be done here besides answering."""
        here, undo = self.here, [UNDO] * (self.undoable is not None)
        if here is None:
            return (SUBMIT, *undo, CANCEL)
        own = here.actions(self.at(here))
        if self.is_inside():
            return (*own, *undo, BACK)
        held = self._holds_an_answer()
        revisited = here.key in self.answers and self.session.editing == here.key
        begun = self.session.drafts.get(here.key)
        too_long = isinstance(here, Text) and bool(begun) and len(begun) > here.longest
        skippable = here.optional and not held and (not begun or too_long)  # a skip must not lose photos
        droppable = here.optional and held and not isinstance(here, Evidence)  # of pieces each can be removed
        moves = [KEEP] * revisited + [DROP] * droppable + [BACK] * (here is not self.questions[0]) + [SKIP] * skippable
        return (*own, *moves, *undo, CANCEL)

    def is_inside(self) -> bool:
        """Whether the question shows another screen inside itself, which "/back" leaves."""
        return self.here is not None and self.here.shown_as(self.at(self.here)) != self.here.kind

    def keeps_by_skipping(self) -> bool:
        """Whether a skip leaves the answer as it is: what is there already is removed by its own button only."""
        return self.here is not None and self.here.optional and self._holds_an_answer()

    def hears(self, action: str) -> bool:
        """Whether an action counts that has no button of its own here."""
        return self.keeps_by_skipping() if action == SKIP else action == BACK and self.here is None

    def _holds_an_answer(self) -> bool:
        """Whether the question asked has an answer to go back to, and nothing else has been begun in its place."""
        key = self.here.key if self.here else ""
        return self.answers.get(key) is not None and key not in self.session.drafts

    def took_effort(self) -> bool:
        """Whether there is anything that somebody would be sorry to lose."""
        held = (question.weighs(self.present(question)) for question in self.flow.questions)
        brought = (self.session.answers.get(key) or "" for key in self.flow.brought)
        return bool(self.session.lost) or any(held) or any(not isinstance(b, str) or len(b) >= FEW for b in brought)

    def present(self, question: Question) -> Any:
        """What the question holds now: its unfinished answer, or else its answer."""
        draft = self.session.drafts.get(question.key)
        return self.session.answers.get(question.key) if draft is None else draft

    @property
    def undoable(self) -> Question | None:
        lost = self.session.lost
        return losses.undoable(lost, self.questions, self.here, self.session.turn) if lost else None

    def undone(self, question: Question) -> tuple[Session, Screen]:
        """Brings back what was taken away: at the question itself to go on with, elsewhere as its answer."""
        session, key = self.session, question.key
        value, left = question.restored(session.lost[key]["value"], self.present(question))
        lost = losses.noted(session.lost, key, left, session.turn + 1)
        place = self.with_session(drafts=_without(session.drafts, key), lost=lost)
        unfinished = isinstance(question, Text) and question.wrong(value) is not None  # too long before, too long now
        begun = isinstance(question, Evidence | Ticks) or key in session.drafts
        if unfinished or (question is self.here and begun):
            place = place.with_session(drafts={**session.drafts, key: value})
        else:
            place = place.with_session(answers={**session.answers, key: value})
        return place.moved(editing=session.editing)

    def replaced(self, question: Question, now: Any, ahead: int = 0) -> dict[str, Any]:
        """What is lost after `now` has replaced what the question held; `ahead`: turns until the next screen."""
        session = self.session
        return losses.after(session.lost, question, self.present(question), now, session.turn + ahead)

    def screen(self, problem: Problem | None = None) -> Screen:
        asked = self.asked
        total = len(asked) + self.flow.review
        shown: dict[str, Any] = {
            "flow": self.flow.name,
            "turn": self.session.turn,
            "total": total,
            "actions": self.actions(),
            "problem": problem,
            "editing": self.session.editing is not None,
            "undo": self._undo_line(),
        }
        here = self.here
        shown["problem"] = problem or self.obstacle()
        if here is None:
            return Screen(asks=REVIEW, kind=REVIEW, number=total, lines=tuple(map(self._line, self.questions)), **shown)
        at = self.at(here)
        options, first = here.page(at) if isinstance(here, Choice | Evidence) else (here.options(at), 1)
        if isinstance(here, Ticks):
            draft = here.draft(at)
            shown |= {"ticked": tuple(draft["ticked"]), "remark": draft["remark"]}
        elif isinstance(here, Evidence):
            shown["count"] = len(here.held(at))
        shown |= self._to_change(here)
        if isinstance(here, Text) and at.draft and not shown.get("written"):
            shown["remark"] = at.draft
        number = next(n for n, question in enumerate(asked, 1) if question is here)
        kind = here.shown_as(at)
        return Screen(asks=here.key, kind=kind, number=number, options=tuple(options), first=first, **shown)

    def _to_change(self, here: Question) -> dict[str, Any]:
        """The answer that is there already, to start from: as words, or as the review shows it."""
        draft, at = self.session.drafts.get(here.key), self.at(here)
        if isinstance(here, Text | Ticks) and draft is not None:
            unfinished = here.obstacle(at) if isinstance(here, Text) else here.written(draft)
            words = (draft if isinstance(here, Text) else here.written(draft)) if unfinished else None
            return {"written": words, "private": here.private}
        if not self._holds_an_answer() or isinstance(here, Ticks | Evidence):
            return {}
        value = self.answers[here.key]
        words = here.written(value)
        return {"written": words, "private": here.private, "present": here.show(value, at) if words is None else None}

    def shown(self, problem: Problem | None = None) -> tuple[Session, Screen]:
        return self.session, self.screen(problem)

    def _undo_line(self) -> Line | None:
        of = self.undoable
        return of.show(self.session.lost[of.key]["value"], self.at(of)) if of else None

    def obstacle(self) -> Problem | None:
        return self.here.obstacle(self.at(self.here)) if self.here else None

    def moved(self, *, editing: str | None) -> tuple[Session, Screen]:
        moved = self.with_session(turn=self.session.turn + 1, editing=editing, page=0, query="")
        return moved.session, moved.screen()

    def back(self) -> tuple[Session, Screen]:
        """Goes back one question, as often as wanted; old answers stay until they are replaced."""
        asked = self.asked
        before = asked[: asked.index(self.here)] if self.here else asked
        return self.without_draft().moved(editing=before[-1].key if before else None)

    def without_draft(self) -> _Place:
        """This place without the unfinished change to an answer that was given before."""
        here = self.here
        if here is None or here.key not in self.session.answers or here.key not in self.session.drafts:
            return self
        lost = self.replaced(here, self.session.answers[here.key], ahead=1)
        return self.with_session(drafts=_without(self.session.drafts, here.key), lost=lost)

    def answered(self, question: Question, value: Any) -> tuple[Session | None, Effect]:
        """Records the answer and goes to the next question, or to the end of a flow without a review."""
        session = self.session.changed(
            answers={**self.session.answers, question.key: value},
            editing=None,
            page=0,
            query="",
            drafts=_without(self.session.drafts, question.key),
            lost=self.replaced(question, value, ahead=1),
            turn=self.session.turn + 1,
        )
        place = _Place(self.flow, session, self.world)
        if not self.flow.review and place.here is None:
            return None, place.submitted()
        return session, place.screen()

    def submitted(self) -> Submitted:
        hidden = {key: value for key, value in self.session.answers.items() if key.startswith("_")}
        return Submitted(hidden | {q.key: self.answers[q.key] for q in self.questions})

    def _line(self, question: Question) -> Line:
        value = self.answers[question.key]
        if value is None:
            return Line(question.key, "none")
        return replace(question.show(value, self.at(question)), assumed=question.key in self.assumed)


def _read(place: _Place, here: Question, reply: Reply) -> tuple[Session | None, Effect]:
    step = here.read(reply, place.at(here))
    if isinstance(step, Answered):
        return place.answered(here, step.value)
    drafts = place.session.drafts if step.draft is None else {**place.session.drafts, here.key: step.draft}
    lost = place.replaced(here, step.draft) if step.takes_away else place.session.lost
    refused = [*place.session.refused, *step.refused][-MOST_REFUSED:]
    wrote = place.world.now.isoformat() if isinstance(here, Text) else None
    told = {"drafts": drafts, "lost": lost, "refused": refused, "wrote": wrote}
    drafted = place.with_session(**told, page=step.page, query=step.query)
    problem = step.problem
    if isinstance(here, Evidence) and problem is None:
        problem = here.not_kept(here.held(drafted.at(here)), refused)
    return _with_lost_words(drafted, captioned(reply), problem)


def _wordless(place: _Place, reply: Reply, problem: Problem) -> tuple[Session, Screen]:
    """Keeps words that came where no words are an answer; `problem` is told where they tell nothing."""
    words = (reply.text or "").strip()
    if not tells(words, place.world):
        return place.session, place.screen(problem)
    session, told = keep_typed(place.questions, place.session, words)
    return place.with_session(answers=session.answers, drafts=session.drafts).shown(told)


def _beside(place: _Place, here: Question | None, reply: Reply) -> tuple[Session | None, Effect]:
    """A piece where none is asked for waits for its question; the words under it answer this one, or stay with it."""
    answer = here is not None and _answers(place, here, reply.text)
    media = reply.media if answer else captioned(reply)
    kept, problem = _kept_for_later(place, media)
    if here is None or not answer:
        return _with_lost_words(kept, media, problem or kept.obstacle() or Problem("media_kept"))
    after, effect = _read(kept, here, Reply(text=reply.text))
    if problem is None or isinstance(effect, Screen):
        return after, replace(effect, problem=problem) if isinstance(effect, Screen) and problem else effect
    unsent = kept.with_session(drafts={**kept.session.drafts, here.key: reply.text})  # not without what was not taken
    return unsent.session, unsent.screen(problem)


def _answers(place: _Place, here: Question, text: str | None) -> bool:
    """Whether these words answer the question, wholly or in part."""
    if not seen(text or ""):
        return False
    try:
        step = here.read(Reply(text=text), place.at(here))
    except Refused:
        return False
    return isinstance(step, Answered) or step.draft is not None


def _with_lost_words(place: _Place, media: Sequence[Media], problem: Problem | None) -> tuple[Session, Screen]:
    """Shows the screen; the words under pieces that were not taken are put where words are asked for."""
    lost = unheld(place.questions, place.session, media)
    if not lost:
        return place.session, place.screen(problem)
    session, told = keep_words(place.questions, place.session, lost)
    place = place.with_session(answers=session.answers, drafts=session.drafts)
    return place.session, place.screen(replace(told, after=problem))


def _kept_for_later(place: _Place, media: Sequence[Media]) -> tuple[_Place, Problem | None]:
    """Puts a photo sent before or after its question into the evidence question, which it opens (again)."""
    for question in place.questions:
        if isinstance(question, Evidence):
            held, refused = question.add(question.held(place.at(question)), media)
            refused = [*place.session.refused, *refused][-MOST_REFUSED:]
            problem = question.not_kept(held, refused)
            kept = place.with_session(drafts={**place.session.drafts, question.key: held}, refused=refused)
            if kept.here is not place.here:  # the buttons shown so far now belong to another question
                kept = kept.with_session(turn=place.session.turn + 1, page=0, query="")
            return kept, problem
    return place, Problem("media_not_here")


def _without(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {other: value for other, value in values.items() if other not in keys}


def _spoken_action(reply: Reply, place: _Place) -> Reply:
    """Turns a typed "返回" or /back into a tap on the button of that name, where the screen has it."""
    if reply.choice is not None or reply.text is None:
        return reply
    text = reply.text.strip()
    command = text.partition(" ")[0] in COMMANDS or _LONE.fullmatch(text) is not None
    action = text if command else place.world.action(text)
    if action is None and place.here is None:
        edited = place.world.edited(place.flow.name, [question.key for question in place.questions], text)
        return replace(reply, text=None, choice=f"/edit {edited}") if edited else reply
    if action is None or not (command or action in place.actions() or place.hears(action)):
        return reply
    return replace(reply, text=None, choice=action)
