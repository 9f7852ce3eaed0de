"""A body as text messages: the question, its options with numbers that run on, and how to reply.

A review shows what was chosen, and only that something was typed: whoever picks up the phone reads no name and no
complaint (A53).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from channels.render import Drawn, Key, draw
from channels.sms.parts import messages, parts
from conversation.messages import Body, Line, Say, Screen
from services.menus import MESSAGE, Menu, Press
from templates import Texts

# Kinds whose questions are answered in words or digits of their own: their actions are words too, not numbers.
WORDS = frozenset(("text", "number", "location", "media"))
SIGNS = {"/back": "0", "/skip": "#", "/next": "n", "/previous": "p"}
NUMBERED = ("/done", "/submit", "/keep", "/clear")
_LEADING_SIGN = re.compile(r"^[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f]+\s*", re.MULTILINE)


@dataclass(frozen=True)
class Letter:
    """Messages in their order, and what the numbers in the last of them mean; None where it has none."""

    texts: tuple[str, ...]
    menu: Menu | None


def letter_of(body: Body, texts: Texts, most: int) -> Letter:
    """`most` parts to a message at most."""
    if body.ask is not None:
        return _asked(body.ask, texts, most)
    if body.say is not None:
        return _said(body.say, body, texts, most)
    raise ValueError("an empty body")


def _said(say: Say, body: Body, texts: Texts, most: int) -> Letter:
    file, _, block = say.words.partition(".")
    drawn = draw(body, texts)
    keys = [key for row in drawn.rows for key in row]
    pressed = [key for key in keys if key.url is None]
    if texts.has(file, f"{block}_sms"):
        offers = [button.words for button in say.buttons if button.url is None]  # the text gives them their numbers
        lines = [texts.say(file, f"{block}_sms", {**say.values, "offers": offers, "pieces": len(say.pieces)})]
    else:
        signs = [(key.label, str(number)) for number, key in enumerate(pressed, 1)]
        lines = [_in_replies(_LEADING_SIGN.sub("", drawn.text), signs, texts)]
        lines += [f"{number} {key.label}" for number, key in enumerate(pressed, 1)]
        lines += [f"{key.label} {key.url}" for key in keys if key.url is not None]
        lines += [texts.say("sms", "pick")] * bool(pressed)
    numbers = {str(number): (key.press, key.turn) for number, key in enumerate(pressed, 1)}
    kept = {"0": ("/resume", None)}
    menu = Menu(MESSAGE, numbers, kept, buttons=say.buttons) if numbers else None
    return Letter(tuple(messages("\n".join(lines), most)), menu)


def _asked(screen: Screen, texts: Texts, most: int) -> Letter:
    drawn = draw(Body(ask=screen), texts)
    entries = _entries(screen, drawn, texts)
    whole = _foot(screen, entries, texts)
    for helped in (True, False):  # where room is short, the options are worth more than the help
        head = _head(screen, entries, texts, helped=helped)
        for shown in range(len(screen.options), 0, -1):  # the others on the next page; never half a word
            left = shown < len(screen.options)
            foot = _foot(screen, entries[:shown], texts, more=True) if left else whole
            text = _page(head, entries[:shown] if left else entries, foot)
            if parts(text) <= most:
                rest = replace(screen, options=screen.options[shown:], first=screen.first + shown, problem=None)
                return Letter((text,), _menu(screen, entries, Body(ask=rest) if left else None))
    text = _page(_head(screen, entries, texts, helped=True), entries, whole)
    return Letter(tuple(messages(text, most)), _menu(screen, entries, None))


def _page(head: str, entries: Sequence[tuple[str, str, Press]], foot: str) -> str:
    return "\n".join(part for part in (head, *(f"{number} {label}" for number, label, _ in entries), foot) if part)


def _head(screen: Screen, entries: Sequence[tuple[str, str, Press]], texts: Texts, *, helped: bool) -> str:
    """What was wrong, the question, its help; what was ticked stands at the options, and a remark is not repeated."""
    told = replace(screen, ticked=(), remark=texts.say("sms", "typed") if screen.remark else None)
    drawn = draw(Body(ask=told), texts)
    problem = drawn.problem
    if screen.problem is not None and texts.has("sms", screen.problem.code):
        problem = texts.say("sms", screen.problem.code, {**screen.problem.values, "example": screen.first})
    question, _, rest = drawn.parts[0].partition("\n")
    if screen.asks == "review" or not helped:
        rest = ""
    elif (help_ := _help(screen, texts)) is not None:
        told = texts.say(screen.flow, f"{screen.asks}_help")
        rest = "\n".join(part for part in (help_, rest.removeprefix(told).strip()) if part)
    text = "\n".join(part for part in (problem, question, rest) if part)
    return _in_replies(text, _replies(screen, entries, texts), texts)


def _in_replies(text: str, signs: Sequence[tuple[str, str]], texts: Texts) -> str:
    """Where the words say to tap a button, they say what to reply. `signs` are (label, reply)."""
    for label, sign in signs:
        taps = texts.say("sms", "tap", {"label": label}).split("|")
        replies = texts.say("sms", "reply", {"sign": sign}).split("|")
        for tap, reply in zip(taps, replies, strict=True):
            text = text.replace(tap, reply)
    return text


def _replies(screen: Screen, entries: Sequence[tuple[str, str, Press]], texts: Texts) -> list[tuple[str, str]]:
    """What to reply in place of each action's button."""
    labels = {name: texts.say("common", f"act_{name[1:]}") for name in screen.actions}
    numbers = {press[0]: number for number, _, press in entries}
    words = {name: _quoted(name, texts) for name in labels}
    return [(label, numbers.get(name) or SIGNS.get(name) or words[name]) for name, label in labels.items()]


def _word(name: str, texts: Texts) -> str:
    """The word to type for an action."""
    return texts.say("common", f"spoken_{name[1:]}").split("|")[0]


def _quoted(name: str, texts: Texts) -> str:
    return texts.say("sms", "quoted", {"word": _word(name, texts)})


def _help(screen: Screen, texts: Texts) -> str | None:
    """What stands in place of a help that speaks of buttons and photos."""
    if texts.has(screen.flow, f"{screen.asks}_sms"):
        return texts.say(screen.flow, f"{screen.asks}_sms")
    return texts.say("sms", f"{screen.kind}_help") if texts.has("sms", f"{screen.kind}_help") else None


def _entries(screen: Screen, drawn: Drawn, texts: Texts) -> list[tuple[str, str, Press]]:
    """(number, label, what it presses), the options first."""
    if screen.kind in WORDS:
        return []
    keys = [key for row in drawn.rows for key in row]
    if screen.asks == "review":
        found = [(_reviewed(shown.label, shown.value, line, texts), (shown.press, screen.turn))
                 for shown, line in zip(drawn.lines, screen.lines, strict=True)]  # fmt: skip
    else:
        found = [(_option(key, texts), (key.press, key.turn)) for key in keys if key.role in ("option", "ticked")]
    found += [(key.label, (key.press, key.turn)) for key in keys if key.press in NUMBERED]
    return [(str(number), label, press) for number, (label, press) in enumerate(found, screen.first)]


def _option(key: Key, texts: Texts) -> str:
    return texts.say("sms", "ticked") + key.label.removeprefix("✓ ") if key.role == "ticked" else key.label


def _reviewed(label: str, value: str, line: Line, texts: Texts) -> str:
    if line.form == "text":
        value = texts.say("sms", "typed")
    elif line.form == "ticks" and line.value["remark"]:
        value = texts.say("sms", "ticks_and_words", {"count": len(line.value["ticked"])})
    return f"{label} {value}"


def _foot(screen: Screen, entries: Sequence[tuple[str, str, Press]], texts: Texts, *, more: bool = False) -> str:
    actions = list(screen.actions)
    if screen.asks == "review" and "/back" not in actions:
        actions.append("/back")
    if more and "/next" not in actions:
        actions.append("/next")
    words = [name for name in actions if name in _worded(screen)]
    return texts.say(
        "sms", "foot",
        {"pick": bool(entries), "several": screen.kind == "ticks",
         "keys": [(sign.upper(), texts.say("common", f"act_{name[1:]}")) for name, sign in _signs(screen, actions)],
         "words": [_quoted(name, texts) for name in words]},
    )  # fmt: skip


def _signs(screen: Screen, actions: Sequence[str]) -> list[tuple[str, str]]:
    """Those that the reply may be. Where a number is asked for, 0 is one."""
    signs = [(name, sign) for name, sign in SIGNS.items() if name in actions]
    return [(name, sign) for name, sign in signs if not (sign == "0" and screen.kind == "number")]


def _worded(screen: Screen) -> tuple[str, ...]:
    if screen.kind not in WORDS:
        return ("/cancel",)
    return ("/back", *NUMBERED, "/cancel") if screen.kind == "number" else (*NUMBERED, "/cancel")


def _menu(screen: Screen, entries: Sequence[tuple[str, str, Press]], rest: Body | None) -> Menu:
    actions = (*screen.actions, *(["/back"] if screen.asks == "review" else []))
    keys: dict[str, Press] = {sign: (name, screen.turn) for name, sign in _signs(screen, actions)}
    if screen.first > 1:
        keys.setdefault("p", ("/resume", None))
    return Menu(
        kind=screen.kind, numbers={number: press for number, _, press in entries}, keys=keys,
        several=screen.kind == "ticks", place=f"{screen.flow} {screen.asks} {screen.turn}", first=screen.first,
        rest=rest,
    )  # fmt: skip
