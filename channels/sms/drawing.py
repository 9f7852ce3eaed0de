"""A body as text messages: the question, its options with numbers that run on, and how to reply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from channels.render import button_label, draw, own_values
from channels.sms.parts import messages, parts
from channels.sms.replies import Entry, entries_of, foot, menu_of, replies_of, submits, worded
from conversation.messages import Body, Button, Say, Screen
from services.talk import MESSAGE, Menu
from templates import Texts, clipped

_LABEL = "\0"  # stands for any label
LONGEST_REPEATED = 40  # characters of an answer that a text message repeats to be changed
_LEADING_SIGN = re.compile(r"^[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f]+\s*", re.MULTILINE)


@dataclass(frozen=True)
class SmsLetter:
    """Text messages in their order, and what the numbers in the last of them mean (None where it has none)."""

    texts: tuple[str, ...]
    menu: Menu | None


def letter_of(body: Body, texts: Texts, most: int) -> SmsLetter:
    """The text messages that a body becomes, each of `most` parts at most."""
    if body.ask is not None:
        return _asked(body.ask, texts, most)
    if body.say is not None:
        return _said(body.say, body, texts, most)
    raise ValueError("an empty body")


def _said(say: Say, body: Body, texts: Texts, most: int) -> SmsLetter:
    file, _, block = say.words.partition(".")
    say = replace(say, values=values_of(say, texts))
    drawn = draw(replace(body, say=say), texts.by_sms)
    keys = [key for row in drawn.rows for key in row]
    pressed = [key for key in keys if key.url is None]
    if texts.has(file, f"{block}_sms"):
        lines = [drawn.text]  # assigns the offers their numbers
    else:
        signs = [(key.label, str(number)) for number, key in enumerate(pressed, 1)]
        lines = [_in_replies(_LEADING_SIGN.sub("", drawn.text), signs, texts, str(say.values))]
        lines += [f"{number} {key.label}" for number, key in enumerate(pressed, 1)]
        lines += [f"{key.label} {key.url}" for key in keys if key.url is not None]
        lines += [texts.say("sms", "pick")] * bool(pressed)
    if say.pieces and texts.has("sms", f"enclosed_{file}"):
        lines.insert(1, texts.say("sms", f"enclosed_{file}", {"count": len(say.pieces)}))
    numbers = {str(number): (key.press, key.turn) for number, key in enumerate(pressed, 1)}
    kept = {"0": ("/resume", None)}
    words = worded(enumerate(say.values["offers"], 1))
    menu = Menu(MESSAGE, numbers, kept, buttons=say.buttons, words=words) if numbers else None
    return SmsLetter(tuple(messages(_joined(lines), most)), menu)


def values_of(say: Say, texts: Texts) -> dict[str, Any]:
    """The values for the words of a text message: those of the saying, what to reply, how much cannot come with it."""
    offers = [_short(button, texts) for button in say.buttons if button.url is None]
    return {**own_values(say, texts), "offers": offers, "pieces": len(say.pieces)}


def _short(button: Button, texts: Texts) -> str:
    """What a text message calls a button where it names the button's number among others."""
    if button.words is not None and texts.has("sms", f"key_{button.words}"):
        return texts.say("sms", f"key_{button.words}")
    return button_label(button, texts.by_sms)


def _asked(screen: Screen, texts: Texts, most: int) -> SmsLetter:
    entries = entries_of(screen, draw(Body(ask=screen), texts), texts)
    whole = foot(screen, entries, texts)
    for helped in (True, False):  # where room is short, the options are worth more than the help
        head = _head(screen, entries, texts, helped=helped)
        for shown in range(len(screen.options), 0, -1):  # what has no room is on the next page, never cut in a word
            left = shown < len(screen.options)
            last = foot(screen, entries[:shown], texts, more=True) if left else whole
            text = _page(head, entries[:shown] if left else entries, last)
            if parts(text) <= most:
                rest = replace(screen, options=screen.options[shown:], first=screen.first + shown, problem=None)
                return SmsLetter((text,), menu_of(screen, entries, Body(ask=rest) if left else None))
    text = _page(_head(screen, entries, texts, helped=True), entries, whole)
    return SmsLetter(tuple(messages(text, most)), menu_of(screen, entries, None))


def _page(head: str, entries: Sequence[Entry], last: str) -> str:
    return _joined(part for part in (head, *(f"{number} {label}" for number, label, _ in entries), last) if part)


def _joined(lines: Iterable[str]) -> str:
    """The lines of a text message. No handset has a tab, and some show nothing for it: figures would run together."""
    return "\n".join(lines).replace("\t", " ")


def _head(screen: Screen, entries: Sequence[Entry], texts: Texts, *, helped: bool) -> str:
    """What was wrong, the question and its help. What was ticked is marked at the options; a remark is not repeated."""
    begun = screen.kind == "text" and not screen.private
    remark = clipped(screen.remark, LONGEST_REPEATED) if begun and screen.remark else texts.say("sms", "typed")
    told = replace(screen, ticked=(), remark=remark if screen.remark else None)
    if screen.private or len(screen.written or "") > LONGEST_REPEATED:
        told = replace(told, written=None)
    drawn = draw(Body(ask=told), texts)
    problem = drawn.problem
    if screen.problem is not None and texts.has("sms", screen.problem.code):
        example = submits(entries) or screen.first
        problem = texts.say("sms", screen.problem.code, {**screen.problem.values, "example": example})
    question, _, rest = drawn.parts[0].partition("\n")
    if screen.asks == "review" or not helped:
        rest = ""
    elif (help_ := _help(screen, texts)) is not None:
        told = texts.say(screen.flow, f"{screen.asks}_help")
        rest = "\n".join(part for part in (help_, rest.removeprefix(told).strip()) if part)
    text = "\n".join(part for part in (problem, question, rest) if part)
    quoted = str((screen.written, screen.remark, screen.present, screen.problem))
    return _in_replies(text, replies_of(screen, entries, texts), texts, quoted)


def _help(screen: Screen, texts: Texts) -> str | None:
    """A text message's own help, in place of one that speaks of buttons and photos."""
    if texts.has(screen.flow, f"{screen.asks}_sms"):
        return texts.say(screen.flow, f"{screen.asks}_sms")
    return texts.say("sms", f"{screen.kind}_help") if texts.has("sms", f"{screen.kind}_help") else None


def _in_words(text: str, texts: Texts, quoted: str) -> str:
    """The text with each "tap the button" that is left replaced by replying the button's words.

    `quoted`: what people have written stays as they wrote it.
    """
    taps = texts.say("sms", "tap", {"label": _LABEL}).split("|")
    replies = texts.say("sms", "reply", {"sign": texts.say("sms", "quoted", {"word": _LABEL})}).split("|")
    for tap, reply in zip(taps, replies, strict=True):
        before, after = map(re.escape, tap.split(_LABEL))
        for found in {one[0]: one[1] for one in re.finditer(f"{before}(.+?){after}", text)}.items():
            text = text if found[0] in quoted else text.replace(found[0], reply.replace(_LABEL, found[1]))
    return text


def _gap(reply: str, following: str) -> str:
    """The space between what to reply, where it is no word in quotes, and the word that follows at once."""
    return " " if following and not reply.endswith(("」", '"')) else ""


def _in_replies(text: str, signs: Sequence[tuple[str, str]], texts: Texts, quoted: str) -> str:
    """The text with each "tap the button" replaced by what to reply. `signs` are (label, reply)."""
    for label, sign in signs:
        taps = texts.say("sms", "tap", {"label": label}).split("|")
        replies = texts.say("sms", "reply", {"sign": sign}).split("|")
        for tap, reply in zip(taps, replies, strict=True):
            text = re.sub(f"{re.escape(tap)}(?=(\\w?))", lambda found, told=reply: told + _gap(told, found[1]), text)
    return _in_words(text, texts, quoted)
