"""The forms of a carrier that takes no whole texts: approved templates with short blanks, one for each kind of message.

A block `<kind>_form` holds a template as it is registered, with blanks such as `${unit}`. The blocks of text messages
say the same template filled in (`fill`), so that its words stand in one place and are the same on every carrier. What
has no form, or does not fit into one, is told by a shorter form (`<block>_short`), at last by the form `short`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from channels.sms.drawing import values_of
from conversation.messages import Body
from templates import DEFAULT_LANGUAGE, Texts

LONGEST_TEMPLATE = 500  # characters, blanks included
LONGEST_VALUE = 35  # characters in a blank; none may be empty
FORM_LANGUAGE = DEFAULT_LANGUAGE  # templates are registered in one language only
SHORT = "short"
KEYS = "keys"  # the blank that tells what to reply; without it no number was named
_ENDING = "_form"
_ENDING_KEYS = frozenset(("acknowledge", "see_obligation", "seen"))
_BLANK = re.compile(r"\$\{(\w*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}", re.ASCII)
_TAKEN_NAMES = frozenset(("email", "mobile", "id", "nick", "site"))
_BARRED = re.compile(r"[【】\n]|https?:|\$\{\w*\}\$\{")


@dataclass(frozen=True)
class Form:
    """A template filled in: `text` is what the phone shows after the signature."""

    kind: str
    text: str
    values: Mapping[str, str]

    @property
    def fits(self) -> bool:
        return all(1 <= len(one) <= LONGEST_VALUE and not _BARRED.search(one) for one in self.values.values())


def templates_of(texts: Texts) -> dict[str, str]:
    """Every template to register, by kind."""
    found = ((file, block) for file in texts.files() for block in texts.blocks(file) if block.endswith(_ENDING))
    return {block.removesuffix(_ENDING): texts.say(file, block) for file, block in found}


def beyond_limits(template: str) -> bool:
    """Whether Aliyun would refuse it: too long, a blank that is bad or repeated, two that touch, nothing but blanks."""
    names = _BLANK.findall(template)
    return (
        len(template) > LONGEST_TEMPLATE
        or _BARRED.search(template) is not None
        or len(set(names)) < len(names)
        or not all(_NAME.fullmatch(name) and name not in _TAKEN_NAMES for name in names)
        or not re.search(r"\w", _BLANK.sub("", template))
    )


def without_questions(body: Body) -> Body:
    """The body with those buttons only whose effect a form tells: a question could not be sent, and nobody would see
    what the next words answer.
    """
    if body.say is None:
        return body
    return replace(
        body, say=replace(body.say, buttons=tuple(one for one in body.say.buttons if one.words in _ENDING_KEYS))
    )


def form_of(body: Body, texts: Texts, kinds: Collection[str]) -> Form:
    """What is sent of a body by forms: the first that is registered and fits; at last `short`, which always does."""
    return next(form for form in _forms(body, texts) if form.kind in kinds and form.fits)


def _forms(body: Body, texts: Texts) -> Iterator[Form]:
    if body.say is not None:
        file, _, block = body.say.words.partition(".")
        own = f"{block}_sms" if texts.has(file, f"{block}_sms") else block
        for name in (own, f"{block}_short"):
            if texts.has(file, name):
                for form, values in texts.by_sms.filled(file, name, values_of(body.say, texts)):
                    yield Form(form.removesuffix(_ENDING), texts.fill(file, form, values), values)
    yield Form(SHORT, texts.say("sms", SHORT + _ENDING), {})
