"""How a question can be answered by text message: by numbers, signs and words, explained in the last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from channels.render import Drawn, Key, action_label
from conversation.messages import Body, Line, Screen
from conversation.questions import beginning
from services.foundation.folding import plain
from services.talk import Menu, Press
from templates import Texts

# Questions of these kinds are answered in words or digits, so their actions are words too, not numbers.
WORDS = frozenset(("text", "number", "location", "media"))
SIGNS = {"/back": "0", "/skip": "#", "/next": "n", "/previous": "p"}
NUMBERED = ("/done", "/submit", "/keep", "/remove", "/rewrite", "/clear", "/drop", "/undo")
_AROUND = " \t\r\n.,;:!?。、·)(\"'“”‘’「」『』《》【】[]"
Entry = tuple[str, str, Press]  # number, label, what it presses


def entries_of(screen: Screen, drawn: Drawn, texts: Texts) -> list[Entry]:
    """What gets a number in a text message, the options first."""
    if screen.kind in WORDS:
        return []
    keys = [key for row in drawn.rows for key in row]
    if screen.asks == "review":
        found = [
            (_reviewed(shown.label, shown.value, line, texts), (shown.press, screen.turn))
            for shown, line in zip(drawn.lines, screen.lines, strict=True)
        ]
    else:
        found = [(_option(key, texts), (key.press, key.turn)) for key in keys if key.role in ("option", "ticked")]
    found += [(key.label, (key.press, key.turn)) for key in keys if key.press in NUMBERED]
    return [(str(number), label, press) for number, (label, press) in enumerate(found, screen.first)]


def replies_of(screen: Screen, entries: Sequence[Entry], texts: Texts) -> list[tuple[str, str]]:
    """What to reply in place of each action's button, as (label, reply)."""
    numbers = {press[0]: number for number, _, press in entries}
    return [
        (action_label(name, screen, texts), numbers.get(name) or SIGNS.get(name) or _quoted(name, texts))
        for name in screen.actions
    ]


def foot(screen: Screen, entries: Sequence[Entry], texts: Texts, *, more: bool = False) -> str:
    """The last line of a text message: how to reply. `more`: some options had no room and are on the next page."""
    actions = _actions(screen)
    if more and "/next" not in actions:
        actions.append("/next")
    return texts.say(
        "sms",
        "foot",
        {
            "pick": bool(entries),
            "submit": submits(entries),
            "several": screen.kind == "ticks",
            "keys": [(sign.upper(), action_label(name, screen, texts)) for name, sign in _signs(screen, actions)],
            "words": [_quoted(name, texts) for name in actions if name in _worded(screen)],
        },
    )


def submits(entries: Sequence[Entry]) -> str:
    """The number that submits a review; empty for a question."""
    return next((number for number, _, (press, _) in entries if press == "/submit"), "")


def menu_of(screen: Screen, entries: Sequence[Entry], rest: Body | None) -> Menu:
    """What the numbers and signs of a message stand for. `rest`: the options that had no room."""
    keys: dict[str, Press] = {sign: (name, screen.turn) for name, sign in _signs(screen, _actions(screen))}
    if screen.first > 1:
        keys.setdefault("p", ("/resume", None))
    return Menu(
        kind=screen.kind,
        numbers={number: press for number, _, press in entries},
        keys=keys,
        several=screen.kind == "ticks",
        place=f"{screen.flow} {screen.asks} {screen.turn}",
        first=screen.first,
        rest=rest,
        words=worded((int(number), label) for number, label, _ in entries),
    )


def folded(text: str) -> str:
    """A typed reply in its simplest form: "１、", "回复1", "「1」" and " 1. " as "1"; "Ｔ" as "t"."""
    narrow = plain(text)
    word = narrow.strip(_AROUND)
    return word.removeprefix("回复").strip(_AROUND) or word or narrow


def worded(labels: Iterable[tuple[int, str]]) -> dict[str, str]:
    """The number of each label, for people who reply with the word, or with what it begins with if no other does."""
    given = list(labels)
    begins = Counter(folded(beginning(label)) for _, label in given)
    short = {folded(beginning(label)): str(number) for number, label in given if begins[folded(beginning(label))] == 1}
    return short | {folded(label): str(number) for number, label in given}


def _actions(screen: Screen) -> list[str]:
    """The actions of a screen; by text message a review can also be left by 0."""
    actions = list(screen.actions)
    return [*actions, "/back"] if screen.asks == "review" and "/back" not in actions else actions


def _signs(screen: Screen, actions: Sequence[str]) -> list[tuple[str, str]]:
    """The actions that have a sign (0, #, n, p). Where a number is asked for, 0 is an answer and no sign."""
    signs = [(name, sign) for name, sign in SIGNS.items() if name in actions]
    return [(name, sign) for name, sign in signs if not (sign == "0" and screen.kind == "number")]


def _worded(screen: Screen) -> tuple[str, ...]:
    if screen.kind not in WORDS:
        return ("/all", "/cancel")
    return ("/back", *NUMBERED, "/cancel") if screen.kind == "number" else (*NUMBERED, "/cancel")


def _quoted(name: str, texts: Texts) -> str:
    """The word to type for an action."""
    return texts.say("sms", "quoted", {"word": texts.say("common", f"spoken_{name[1:]}").split("|")[0]})


def _option(key: Key, texts: Texts) -> str:
    return texts.say("sms", "ticked") + key.label.removeprefix("✓ ") if key.role == "ticked" else key.label


def _reviewed(label: str, value: str, line: Line, texts: Texts) -> str:
    """An answer in the review; of a typed one only that it was typed, so that a borrowed phone shows no name (A53)."""
    if line.form == "text":
        value = texts.say("sms", "typed")
    elif line.form == "ticks" and line.value["remark"]:
        value = texts.say("sms", "ticks_and_words", {"count": len(line.value["ticked"])})
    return f"{label} {value}"
