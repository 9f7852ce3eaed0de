"""Draws a body in the words of a language, once for all channels: text and rows of keys. Channels only lay them out."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversation.messages import Body, Button, Line, Option, Problem, Say, Screen
from services.foundation.folding import folded, plain
from templates import Texts, clipped

NARROW = 9  # a row takes two buttons that are this short
LONGEST_SHOWN = 300
APART = r"[\s,.!?;:。、…]*"  # between words
LONGEST_CALL = 40  # characters: a longer text is no call for a journey but a story


@dataclass(frozen=True)
class Key:
    """A button: what it says, and what comes back with the turn of its screen (None: good at any time)."""

    label: str
    press: str
    turn: int | None = None
    role: str = "option"  # option, ticked, action, main, quiet
    url: str | None = None


@dataclass(frozen=True)
class Shown:
    """One answer of the review, in words; `press` goes back to its question."""

    label: str
    value: str
    press: str


@dataclass(frozen=True)
class Drawn:
    """A message ready for a wire. Its text is plain: nobody's words ever pass through a markup."""

    text: str
    rows: tuple[tuple[Key, ...], ...] = ()
    asks: str | None = None  # the kind of question, for channels that can help with a picker
    problem: str | None = None
    title: str | None = None
    edits: str | None = None
    parts: tuple[str, ...] = ()  # of a screen's text without the problem: the question; head, answers, help of a review
    lines: tuple[Shown, ...] = ()  # of a review, for channels that can set a table
    copy: str | None = None  # words in the text that somebody may want to copy
    copy_label: str = ""


def draw(body: Body, texts: Texts) -> Drawn:
    if body.ask is not None:
        return _drawn_screen(body.ask, texts, body.edits)
    if body.say is not None:
        return _drawn_say(body.say, texts, body.edits)
    raise ValueError("an empty body")


def option_label(texts: Texts, flow: str, key: str, value: str) -> str:
    """The words of a fixed option: the flow's own, or else the words that all flows share (yes, no)."""
    block = f"{key}_{value}"
    return texts.say(flow, block) if texts.has(flow, block) else texts.say("common", value)


def _drawn_say(say: Say, texts: Texts, edits: str | None) -> Drawn:
    file, _, block = say.words.partition(".")
    keys = [Key(button_label(button, texts), button.press, role="quiet", url=button.url) for button in say.buttons]
    said, copy_label = texts.say(file, block, own_values(say, texts)), texts.say("common", "copy")
    return Drawn(said, _rows(keys), edits=edits, copy=say.copy, copy_label=copy_label)


def own_values(say: Say, texts: Texts) -> Mapping[str, Any]:
    """The values for the words of a message: a unit is named as the language names it, where it has a name there."""
    own = say.values.get(f"unit_{texts.language}")
    return {**say.values, "unit": own} if own else say.values


def button_label(button: Button, texts: Texts) -> str:
    return button.label if button.label is not None else texts.say("common", button.words or "", button.values)


def _drawn_screen(screen: Screen, texts: Texts, edits: str | None) -> Drawn:
    problem = _problem(screen, texts)
    lines = tuple(_shown(screen, line, texts) for line in screen.lines)
    parts = (_question(screen, texts),) if screen.asks != "review" else _review(screen, lines, texts)
    keys = [_option(option, screen, texts) for option in screen.options]
    edit_keys = [Key(texts.say("common", "act_edit", {"what": one.label}), one.press, screen.turn) for one in lines]
    actions = [
        Key(action_label(name, screen, texts), name, screen.turn, "main" if name in _MAIN else "action")
        for name in screen.actions
    ]
    main = [key for key in actions if key.role == "main"]
    rest = [key for key in actions if key.role != "main"]
    rows = (*_rows(keys), *_rows(main), *_rows(edit_keys), *_rows(rest, per_row=4))
    text = "\n\n".join(part for part in (problem, *parts) if part)
    return Drawn(
        text,
        rows,
        screen.kind,
        problem,
        texts.say(screen.flow, "title"),
        edits,
        parts,
        lines,
        screen.written,
        texts.say("common", "copy"),
    )


_MAIN = ("/submit", "/done")


def action_label(name: str, screen: Screen, texts: Texts) -> str:
    """The words on the button of an action."""
    values = {"what": _short(screen, screen.undo.key, texts)} if name == "/undo" and screen.undo else None
    return texts.say("common", f"act_{name[1:]}", values)


def _problem(screen: Screen, texts: Texts) -> str | None:
    """What is said above a question, in the order in which it happened."""
    told, problem = [], screen.problem
    while problem is not None:
        told.append(_told(problem, screen, texts))
        problem = problem.after
    return "\n".join(reversed(told)) or None


def _told(problem: Problem, screen: Screen, texts: Texts) -> str:
    own, values = f"{screen.asks}_{problem.code}", dict(problem.values)
    if "question" in values:
        values["what"] = _short(screen, values["question"], texts)
    file = screen.flow if texts.has(screen.flow, own) else "common"
    return texts.say(file, own if file != "common" else problem.code, values)


def _question(screen: Screen, texts: Texts) -> str:
    asked = texts.say(screen.flow, screen.asks)
    progress = texts.say("common", "progress", {"number": screen.number, "total": screen.total})
    lines = [f"{asked}  {progress}" if screen.total > 1 else asked]
    if screen.kind == "pieces":
        lines.append(texts.say("common", "remove_help"))
    elif screen.count:  # somebody who has sent a piece is asked how to go on, and cannot skip any more
        lines.append(texts.say("common", "received_so_far", {"count": screen.count}))
    else:
        lines.append(texts.say(screen.flow, f"{screen.asks}_help"))
    if screen.ticked:
        labels = [option_label(texts, screen.flow, screen.asks, value) for value in screen.ticked]
        lines.append(texts.say("common", "ticked_so_far", {"labels": labels}))
    if screen.remark and screen.kind == "text":
        begun = {"written": clipped(screen.remark, LONGEST_SHOWN), "done": "/done" in screen.actions}
        lines.append(texts.say("common", "begun_so_far", begun))
    elif screen.remark:
        lines.append(texts.say("common", "remark_so_far", {"remark": clipped(screen.remark, LONGEST_SHOWN)}))
    lines += _to_change(screen, texts)
    if screen.undo:
        lines.append(_lost(screen, screen.undo, texts))
    return "\n".join(lines)


def _to_change(screen: Screen, texts: Texts) -> list[str]:
    """The answer that is there already, to be copied and changed, or marked among the options."""
    if screen.written:
        return [texts.say("common", "written_so_far", {"written": screen.written})]
    if screen.present:
        return [texts.say("common", "chosen_so_far", {"chosen": _value(screen, screen.present, texts)})]
    return []


def _review(screen: Screen, lines: Sequence[Shown], texts: Texts) -> tuple[str, ...]:
    progress = texts.say("common", "progress", {"number": screen.number, "total": screen.total})
    head = f"{texts.say('common', 'review')}  {progress}"
    foot = [_lost(screen, screen.undo, texts)] if screen.undo else []
    foot.append(texts.say("common", "review_help"))
    return head, "\n".join(f"{one.label}  {one.value}" for one in lines), "\n".join(foot)


def _lost(screen: Screen, lost: Line, texts: Texts) -> str:
    """Says what an undo brings back; only of pieces how much, as the words themselves would push the question away."""
    count = len(lost.value) if lost.form == "media" else 0
    return texts.say("common", "lost_so_far", {"what": _short(screen, lost.key, texts), "count": count})


def _shown(screen: Screen, line: Line, texts: Texts) -> Shown:
    value = _value(screen, line, texts)
    if line.assumed:
        value = texts.say(screen.flow, f"{line.key}_assumed", {"value": value})
    return Shown(_short(screen, line.key, texts), value, f"/edit {line.key}")


def _short(screen: Screen, key: str, texts: Texts) -> str:
    return texts.say(screen.flow, f"{key}_short")


def _value(screen: Screen, line: Line, texts: Texts) -> str:
    match line.form:
        case "none":
            return texts.say("common", "none")
        case "option":
            return option_label(texts, screen.flow, line.key, line.value)
        case "ticks":
            return _ticks(screen.flow, line.key, line.value, texts)
        case "media":
            return texts.say("common", "pieces", {"count": len(line.value)})
        case "moment":
            return texts.moment(line.value)
        case "recording":
            return texts.say("common", "recording")
        case "location":
            return texts.say("common", "location")
        case "number" if texts.has(screen.flow, f"{line.key}_unit"):
            return texts.say(screen.flow, f"{line.key}_unit", {"value": line.value})
        case _:
            return clipped(str(line.value), LONGEST_SHOWN)


def _ticks(flow: str, key: str, value: Mapping[str, Any], texts: Texts) -> str:
    labels = [option_label(texts, flow, key, one) for one in value["ticked"]]
    said = [texts.say("common", "list", {"labels": labels})] if labels else []
    if value["remark"]:
        said.append(clipped(value["remark"], LONGEST_SHOWN))
    return texts.say("common", "semicolon", {"parts": said}) if said else texts.say("common", "nothing_ticked")


def _option(option: Option, screen: Screen, texts: Texts) -> Key:
    label = option.label or _worded(option, screen, texts)
    ticked = option.value in screen.ticked
    return Key(f"✓ {label}" if ticked else label, option.value, screen.turn, "ticked" if ticked else "option")


def _worded(option: Option, screen: Screen, texts: Texts) -> str:
    if option.values is not None:
        return texts.say("common", f"{screen.kind}_option", option.values)
    value = option.value
    return texts.moment(value) if screen.kind == "day" else option_label(texts, screen.flow, screen.asks, value)


def _rows(keys: Sequence[Key], per_row: int = 2) -> tuple[tuple[Key, ...], ...]:
    """Arranges buttons in rows: short ones share a row, a long one has its own."""
    rows: list[list[Key]] = []
    for key in keys:
        short = _width(key.label) <= NARROW * 2
        if rows and short and len(rows[-1]) < per_row and all(_width(other.label) <= NARROW * 2 for other in rows[-1]):
            rows[-1].append(key)
        else:
            rows.append([key])
    return tuple(tuple(row) for row in rows)


def _width(label: str) -> int:
    """The width of a label in columns on a screen: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in label)


class Phrases:
    """The words of a language as the dialogue reads them back: typed labels and typed actions."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._actions = {
            folded(word): f"/{block.removeprefix('spoken_')}"
            for block in texts.blocks("common")
            if block.startswith("spoken_")
            for word in texts.say("common", block).split("|")
        }
        self._journeys = {
            folded(word): block.removeprefix("called_").removeprefix("menu_")
            for block in texts.blocks("common")
            if (block == "menu" or block.startswith(("menu_", "called_"))) and block != "called_around"
            for word in texts.say("common", block).split("|")
        }
        self._own_name = {folded(word): "language" for word in texts.say("language", "called_itself").split("|")}
        self._journeys |= self._own_name
        self._buttons = {
            name: {folded(word) for word in (texts.say("common", name), *texts.say("common", block).split("|"))}
            for block in texts.blocks("common")
            if block.startswith("said_") and (name := block.removeprefix("said_"))
        }
        self._told_nothing = {
            *self._actions,
            *self._buttons["yes"],
            *self._buttons["no"],
            *map(folded, texts.say("common", "told_nothing").split("|")),
        }
        self.receipt = receipts([texts])
        around = texts.say("common", "called_around").split("|")
        self._around = tuple(sorted(map(folded, around), key=len, reverse=True))
        words = "|".join(f"{_bound(one)}{re.escape(plain(one))}{_bound(one)}" for one in sorted(around, key=len)[::-1])
        self._before, self._after = re.compile(f"(?:{words}){APART}"), re.compile(f"{APART}(?:{words}){APART}$")
        self._signs = _signs(texts)
        kinds = (texts.say("complaint", block) for block in texts.blocks("complaint") if block.startswith("category_"))
        complaining = (word for word, journey in self._journeys.items() if journey == "complain")
        named = {*complaining, *self._around, *map(folded, kinds)}
        self._untold = re.compile("|".join(map(re.escape, sorted(named, key=len, reverse=True))))

    @property
    def name(self) -> str:
        """The language's name in its own words."""
        return self._texts.say("language", "name")

    def option(self, flow: str, key: str, value: str) -> str:
        return option_label(self._texts, flow, key, value)

    def action(self, text: str) -> str | None:
        return self._actions.get(folded(text))

    def means(self, text: str, button: str) -> bool:
        """Whether somebody has typed the words of a button, or others that mean it (`said_<button>`)."""
        return folded(text) in self._buttons[button]

    def journey(self, text: str) -> str | None:
        """The journey whose menu button (or another phrase for it) somebody has typed; None for any other text.

        What is polite does not count: "你好，我要举报" is 举报.
        """
        return self._journeys.get(self._bare(text, self._journeys) or "")

    def names_itself(self, text: str) -> bool:
        """Whether somebody has typed the name of this language."""
        return self._bare(text, self._own_name) is not None

    def tells_nothing(self, text: str) -> bool:
        """Whether words only move about or are polite: the name of an action, yes, good-bye."""
        return self._bare(text, self._told_nothing) is not None

    def is_receipt(self, word: str) -> bool:
        """Whether folded words say no more than that something was received: 收到，谢谢."""
        return self.receipt.fullmatch(word) is not None

    def edited(self, flow: str, keys: Sequence[str], text: str) -> str | None:
        """The question, one of these, whose answer somebody wants to change who types its name: 经过, 修改经过."""
        for key in keys:
            words = self._texts.say("common", "typed_edit", {"what": self._texts.say(flow, f"{key}_short")})
            if folded(text) in map(folded, words.split("|")):
                return key
        return None

    def _bare(self, text: str, known: Container[str]) -> str | None:
        """The known words that are left of a text without what is polite around them; None where none are."""
        words = {folded(text)} if len(text) <= LONGEST_CALL else set[str]()
        while words:
            if found := next((word for word in sorted(words) if word in known), None):
                return found
            words = {less for word in words for less in self._less_polite(word)}
        return None

    def _less_polite(self, word: str) -> Iterator[str]:
        """The words without one of those that stand around them; every time shorter."""
        if not word.startswith(self._around) and not word.endswith(self._around):
            return  # nearly always, and much sooner known than one by one
        for one in self._around:
            if word.startswith(one) and word != one:
                yield word.removeprefix(one)
            if word.endswith(one) and word != one:
                yield word.removesuffix(one)

    def plainer(self, text: str) -> Sequence[str]:
        """The text without one after the other of the words that stand around: "是的，在国土局" is at last 国土局."""
        if len(text) > LONGEST_CALL:
            return ()
        found, left = [], plain(text)
        while (before := self._before.match(left)) and before.end() < len(left):
            found.append(left := left[before.end() :])
        while (after := self._after.search(left)) and after.start() > 0:
            found.append(left := left[: after.start()])
        return found

    def untold(self, text: str) -> str:
        """What a folded text says beside that somebody complains, of what kind of trouble, and what is polite."""
        return self._untold.sub("", text)

    def category(self, text: str) -> str | None:
        """The kind of complaint that a story tells of by its words; None where it could be any."""
        told = folded(text)
        found = {category: sum(told.count(sign) for sign in signs) for category, signs in self._signs.items()}
        best = max(found, key=lambda category: found[category], default=None)
        return best if best and found[best] else None


def receipts(languages: Iterable[Texts]) -> re.Pattern[str]:
    """What says, folded, that something was received: one or several of its words."""
    words = {
        folded(word)
        for one in languages
        for block in ("seen", "said_seen")
        for word in one.say("common", block).split("|")
    }
    return re.compile(f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})+")


def _bound(word: str) -> str:
    """What keeps a word of letters from being found inside another one; Chinese has no such bounds."""
    return r"\b" if word.isascii() else ""


def _signs(texts: Texts) -> dict[str, list[str]]:
    """The words by which a story is known to be of each kind of complaint."""
    return {
        block.removeprefix("told_"): [folded(word) for word in texts.say("complaint", block).split("|")]
        for block in texts.blocks("complaint")
        if block.startswith("told_")
    }
