"""A message that its writer has changed: the new words take the place of the old ones, wherever those are now.

A session remembers which message said what, as long as the conversation lives. Nothing of it outlives the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from conversation.engine import Flow, Session, position, screen
from conversation.messages import Problem, Reply, Screen
from conversation.questions import Answered, Asked, Evidence, Refused, Text, Ticks, World
from conversation.values import value

MOST_HEARD = 30  # messages that a session remembers
LOOSE = "_text"  # words that belong to no question yet, among the answers of a flow that finds their place


@value
class Heard:
    """What one message has said: the question asked then, its words, and the references of its pieces."""

    asked: str | None
    words: str
    refs: tuple[str, ...] = ()

    def now(self, reply: Reply) -> Heard:
        """The same message with its new words, and the pieces that it holds now."""
        refs = tuple(piece.ref for piece in reply.media) or self.refs
        return Heard(self.asked, _words(reply), refs)


def heard(flow: Flow, session: Session, reply: Reply, world: World) -> Heard:
    """What is to be remembered of a message that comes in now."""
    here = position(flow, session, world)
    return Heard(here.key if here else None, _words(reply), tuple(piece.ref for piece in reply.media))


def remembered(before: Mapping[str, Any], origin: str, said: Heard) -> dict[str, Any]:
    """What a session remembers, with one message more; the oldest are forgotten."""
    kept = {key: value for key, value in before.items() if key != origin}
    kept[origin] = {"asked": said.asked, "words": said.words, "refs": said.refs}
    return kept if len(kept) <= MOST_HEARD else dict(list(kept.items())[-MOST_HEARD:])


def recalled(session: Session, origin: str | None) -> Heard | None:
    """What the session remembers of a message."""
    found = session.heard.get(origin or "")
    return Heard(found["asked"], found["words"], tuple(found["refs"])) if found else None


def amended(flow: Flow, session: Session, said: Heard, reply: Reply, world: World) -> tuple[Session, Screen] | None:
    """The session with the new words, and the screen that says so; None where the old ones are nowhere in it.

    Where the new words are no answer, the old ones stay, and the screen says why.
    """
    words, media = _words(reply), dict(zip(said.refs, reply.media, strict=False))
    changed = _with_pieces(flow, session, said, words, media)
    try:
        changed = _with_words(flow, changed, said, words, world) if said.words != words else changed
    except Refused as refused:
        problem = Problem("edit_refused", {"words": said.words}, after=refused.problem)
        return session, screen(flow, session, world, problem)
    if changed == session:
        return None
    return changed, screen(flow, changed, world, Problem("edited", {"words": words}))


def _words(reply: Reply) -> str:
    return (reply.written() or "").strip()


def _with_pieces(flow: Flow, session: Session, said: Heard, words: str, media: Mapping[str, Any]) -> Session:
    """The session with the caption, and the photo itself, as they are in the message now."""

    def now(piece: Mapping[str, Any]) -> Mapping[str, Any]:
        if piece["ref"] not in said.refs:
            return piece
        under = (piece["caption"] or "") == said.words or said.asked in evidence
        new = asdict(media[piece["ref"]]) if piece["ref"] in media else {}
        return {**piece, **new, "caption": (words or None) if under else piece["caption"]}

    evidence = {one.key for one in flow.questions if isinstance(one, Evidence)}
    keys = evidence | {"_media"}

    def of(held: Mapping[str, Any]) -> dict[str, Any]:
        return {key: list(map(now, value)) if key in keys and value else value for key, value in held.items()}

    return replace(session, answers=of(session.answers), drafts=of(session.drafts))


def _with_words(flow: Flow, session: Session, said: Heard, words: str, world: World) -> Session:
    """The session with the new words where the old ones were said; raises Refused where they are no answer there."""
    if said.words and said.words in (session.answers.get(LOOSE) or ""):
        return _replaced(session, "answers", LOOSE, session.answers[LOOSE].replace(said.words, words, 1))
    texts = sorted(flow.questions, key=lambda one: one.key != said.asked)
    for question in texts:
        for place in ("drafts", "answers"):
            value = getattr(session, place).get(question.key)
            if isinstance(question, Text) and said.words and value and said.words in value:
                text = value.replace(said.words, words, 1)
                if problem := question.wrong(text):
                    raise Refused(problem.code, **problem.values)
                return _replaced(session, place, question.key, text)
            if isinstance(question, Ticks) and said.words and value and said.words in (value["remark"] or ""):
                remark = value["remark"].replace(said.words, words, 1)
                return _replaced(session, place, question.key, {**value, "remark": remark})
    return _answered_again(flow, session, said, words, world)


def _answered_again(flow: Flow, session: Session, said: Heard, words: str, world: World) -> Session:
    """The session with another choice, day or number, where the message has answered a question of such a kind."""
    question = next((one for one in flow.questions if one.key == said.asked), None)
    told = question is None or isinstance(question, Text | Ticks | Evidence) or not session.answers.get(question.key)
    if question is None or told or said.refs:
        return session
    asked = Asked(flow.name, session.answers, world)
    if not _says(question.read, said.words, asked, session.answers[question.key]):
        return session  # something else has answered it since: a tap, another message
    step = question.read(Reply(text=words), asked)
    return _replaced(session, "answers", question.key, step.value) if isinstance(step, Answered) else session


def _says(read: Any, words: str, asked: Asked, value: Any) -> bool:
    try:
        return read(Reply(text=words), asked) == Answered(value)
    except Refused:
        return False


def _replaced(session: Session, place: str, key: str, value: Any) -> Session:
    return replace(session, **{place: {**getattr(session, place), key: value}})
