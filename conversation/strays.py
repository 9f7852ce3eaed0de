"""Words that came with something else and answer nothing: where they are kept, so that none is lost without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from conversation.messages import Media, Problem, Reply
from conversation.questions import Evidence, Question, Text, World
from conversation.text import seen

if TYPE_CHECKING:
    from conversation.engine import Session

MOST_DIGITS = 2  # of the number of a button


def captioned(reply: Reply) -> tuple[Media, ...]:
    """The pieces of the reply, with the words that were written under them at the first."""
    if not reply.media or not seen(reply.text or ""):
        return reply.media
    first, *others = reply.media
    return replace(first, caption=reply.text), *others


def unheld(questions: Sequence[Question], session: Session, media: Sequence[Media]) -> str:
    """The words under those of the pieces that no question has taken."""
    held = {
        piece["ref"]
        for question in questions
        if isinstance(question, Evidence)
        for piece in session.drafts.get(question.key) or session.answers.get(question.key) or ()
    }
    return "\n".join(piece.caption for piece in media if piece.caption and piece.ref not in held)


def tells(words: str, world: World) -> bool:
    """Whether words that no question takes tell anything: no button's name or number, nothing polite, no mere sign."""
    plain = world.fold(words)
    number = plain.isdigit() and len(plain) <= MOST_DIGITS
    return any(map(str.isalnum, plain)) and not number and not world.tells_nothing(words)


def keep_typed(questions: Sequence[Question], session: Session, words: str) -> tuple[Session, Problem]:
    """Adds words that were typed where none are asked for to the story; where there is none, says where they may go."""
    texts = [one for one in questions if isinstance(one, Text)]
    if texts and not any(one.story for one in texts):
        return session, Problem("words_to_edit", {"words": words, "question": texts[0].key})
    return keep_words(questions, session, words, "words_added")


def keep_words(
    questions: Sequence[Question], session: Session, words: str, code: str = "words_kept"
) -> tuple[Session, Problem]:
    """Adds words to the question that tells the story; says where they are (`code`), or that they were not kept."""
    story = next((one for one in questions if isinstance(one, Text) and one.story), None)
    if story is None:
        return session, Problem("words_not_kept", {"words": words})
    answered = story.key in session.answers and story.key not in session.drafts
    before = (session.answers if answered else session.drafts).get(story.key)
    text = "\n".join(filter(None, [before, words]))
    if len(text) > story.longest:
        return session, Problem("words_not_kept", {"words": words})
    kept = {story.key: text}
    if answered:
        session = replace(session, answers=session.answers | kept)
    else:
        session = replace(session, drafts=session.drafts | kept)
    return session, Problem(code, {"question": story.key})
