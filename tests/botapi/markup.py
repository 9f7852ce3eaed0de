"""parse_mode: what a person sees of it, and whether it can be read at all."""

from __future__ import annotations

import html
import re
from typing import Any

from .errors import ApiError, bad_request
from .text import utf16_units

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "blockquote": "blockquote",
}
TOKEN = re.compile(r"<(/?)([^\s>/]*)([^>]*)>|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);|<")
RESERVED = set("_*[]()~`>#+-=|{}.!")
V2_PAIRS = ("```", "__", "||", "*", "_", "~", "`")
Entities = list[dict[str, Any]]


def parse_markup(text: str, mode: str) -> tuple[str, Entities]:
    """The text without its markup, and the entities where they are worked out (HTML only)."""
    match mode.lower():
        case "":
            return text, []
        case "html":
            return _html(text)
        case "markdownv2":
            return _markdown_v2(text), []
        case "markdown":
            return _markdown(text), []
    raise bad_request("unsupported parse_mode")


def _cannot(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def _html(text: str) -> tuple[str, Entities]:
    plain, entities, open_tags, position = "", [], [], 0
    for token in TOKEN.finditer(text):
        plain += text[position : token.start()]
        position, offset = token.end(), len(text[: token.start()].encode())
        slash, tag, rest = token.group(1), (token.group(2) or "").lower(), token.group(3) or ""
        if token.group().startswith("&"):
            plain += html.unescape(token.group())
        elif tag not in TAGS:
            raise _cannot(f'Unsupported start tag "{tag}" at byte offset {offset}')
        elif not slash:
            if tag == "span" and "tg-spoiler" not in rest:
                raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
            open_tags.append((tag, rest, utf16_units(plain)))
        elif not open_tags:
            raise _cannot(f"Unexpected end tag at byte offset {offset}")
        else:
            opened, attributes, start = open_tags.pop()
            if opened != tag:
                raise _cannot(f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{tag}>"')
            entities += _entity(tag, attributes, start, utf16_units(plain) - start)
    if open_tags:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return plain + text[position:], sorted(entities, key=lambda entity: entity["offset"])


def _entity(tag: str, attributes: str, start: int, length: int) -> Entities:
    if not length:
        return []
    entity: dict[str, Any] = {"type": TAGS[tag], "offset": start, "length": length}
    if tag == "a":
        link = re.search(r"""href\s*=\s*["']?([^"'\s>]+)""", attributes)
        if not link:
            return []
        entity["url"] = html.unescape(link.group(1))
    return [entity]


def _markdown_v2(text: str) -> str:
    plain, open_marks, i = "", [], 0
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text) and ord(text[i + 1]) < 127:
            plain, i = plain + text[i + 1], i + 2
            continue
        code = open_marks[-1] if open_marks and open_marks[-1] in {"`", "```"} else None
        mark = next((pair for pair in V2_PAIRS if text.startswith(pair, i)), None)
        if mark and (code is None or mark == code):
            open_marks.pop() if mark in open_marks[-1:] else open_marks.append(mark)
            i += len(mark)
        elif code is None and (link := re.match(r"\[((?:\\.|[^\]\\])*)\]\([^)]*\)", text[i:])):
            plain, i = plain + _markdown_v2(link.group(1)), i + link.end()
        elif code is None and text[i] in RESERVED and not (text[i] == ">" and text[i - 1 : i] in {"", "\n"}):
            raise _cannot(f"Character '{text[i]}' is reserved and must be escaped with the preceding '\\'")
        else:
            plain, i = plain + text[i], i + 1
    if open_marks:
        raise _cannot(f"Can't find end of the entity starting with {open_marks[-1]}")
    return plain


def _markdown(text: str) -> str:
    plain, i = "", 0
    while i < len(text):
        if text[i] == "\\" and text[i + 1 : i + 2] in set("_*`["):
            plain, i = plain + text[i + 1], i + 2
        elif link := re.match(r"\[([^\]]*)\]\([^)]*\)", text[i:]):
            plain, i = plain + link.group(1), i + link.end()
        elif text[i] in "_*`[":
            mark = "```" if text.startswith("```", i) else text[i]
            end = text.find("]" if mark == "[" else mark, i + len(mark))
            if end < 0:
                raise _cannot(f"Can't find end of the entity starting at byte offset {len(text[:i].encode())}")
            plain, i = plain + text[i + len(mark) : end], end + len(mark)
        else:
            plain, i = plain + text[i], i + 1
    return plain
