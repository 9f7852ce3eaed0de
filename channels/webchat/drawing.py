"""A letter as the page shows it: the words of the common drawing, split into parts that a page can set apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from channels.render import Drawn, Key, draw
from conversation.messages import Body, Screen
from services.deliveries import Letter
from templates import Texts

# These actions show the same question again, in its place.
REDRAWS = ("/next", "/previous", "/clear", "/all", "/remove", "/rewrite")


def drawn(letter: Letter, texts: Texts, zone: tzinfo | None) -> Mapping[str, Any]:
    """A letter as JSON: `head` is the question, `progress` its "(2 / 8)", `text` what is under it, `foot` the help."""
    screen = letter.body.ask
    shown = draw(letter.body, texts)
    head, text, foot = _parts(draw(_without_what_the_page_shows(letter.body), texts))
    if screen and screen.written:
        text = "\n".join(filter(None, [text, texts.say("common", "written_below")]))
    progress = _progress(screen, texts) if screen else ""
    at = letter.at.astimezone(zone)
    return {
        "id": letter.id,
        "key": letter.key,
        "at": letter.at.isoformat(),
        "day": texts.moment(at.date()),
        "time": f"{at:%H:%M}",
        "head": head.removesuffix(progress).rstrip() if head else None,
        "progress": progress if head and head.endswith(progress) else "",
        "text": text,
        "foot": foot,
        "problem": shown.problem,
        "asks": shown.asks,
        "title": shown.title,
        "turn": screen.turn if screen else None,
        "edits": _number(shown.edits),
        "written": screen.written if screen else None,
        "copy": shown.copy if screen is None else None,
        "refused": [[one["ref"], one["code"]] for one in _refused(screen)],
        "language": texts.language,
        "lines": [
            {"label": one.label, "value": one.value, "press": one.press, "edit": _edit_words(shown, one.press)}
            for one in shown.lines
        ],
        "rows": _rows(shown, screen),
        "link": letter.body.say.values.get("address") if letter.body.say else None,
        "media": [[one.id, one.kind, one.name] for one in letter.body.say.pieces] if letter.body.say else [],
    }


def _without_what_the_page_shows(body: Body) -> Body:
    """The body without its ticks, which the boxes show, and without the words that are put into the text box."""
    return replace(body, ask=replace(body.ask, ticked=(), written=None)) if body.ask else body


def _parts(shown: Drawn) -> tuple[str | None, str, str | None]:
    if not shown.parts:
        return None, shown.text, None
    if shown.lines:
        return shown.parts[0], "", shown.parts[-1]
    head, _, rest = shown.parts[0].partition("\n")
    return head, rest, None


def _progress(screen: Screen, texts: Texts) -> str:
    return texts.say("common", "progress", {"number": screen.number, "total": screen.total})


def _rows(shown: Drawn, screen: Screen | None) -> list[list[dict[str, Any]]]:
    """The rows of keys, without those that already stand beside the lines."""
    beside = {one.press for one in shown.lines}
    rows = [[_key(key, screen) for key in row if key.press not in beside] for row in shown.rows]
    return [row for row in rows if row]


def _key(key: Key, screen: Screen | None) -> dict[str, Any]:
    ticks = screen is not None and screen.kind == "ticks" and key.role in ("option", "ticked")
    return {
        "label": key.label.removeprefix("✓ ") if key.role == "ticked" else key.label,
        "press": key.press,
        "turn": key.turn,
        "url": key.url,
        "role": ("ticked" if key.role == "ticked" else "unticked") if ticks else key.role,
        "stays": ticks
        or key.press in REDRAWS
        or (screen is not None and screen.kind == "pieces" and key.press != "/undo"),
    }


def _refused(screen: Screen | None) -> Sequence[Mapping[str, Any]]:
    """The pieces of the last message that were not kept."""
    return screen.problem.values.get("refused", ()) if screen and screen.problem else ()


def _edit_words(shown: Drawn, press: str) -> str:
    return next(key.label for row in shown.rows for key in row if key.press == press)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
