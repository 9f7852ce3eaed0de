"""Makes words from outside harmless, once at the border: what is left can be stored, shown and compared everywhere.

What was apart stays apart, and a character that this program has never heard of is kept: the sets below are those that
Unicode has fixed for good, so that no answer depends on how old the interpreter's own tables are.
"""

from __future__ import annotations

import re

# Whatever ends a line or a page: Excel, Word, mainframes and scripts each have their own.
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# What Word puts between two cells of a table, and the separator of units.
_BETWEEN_CELLS = re.compile(r"\r?\x07|\x1f")
# Control characters that nobody sees, and marks that turn the direction of the text after them.
_UNSEEN = r"\x00-\x06\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
_TURNING = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Half characters, and the 66 code points that are no characters for ever: no database or document takes them.
_NO_CHARACTER = r"\ud800-\udfff\ufdd0-\ufdef" + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(17))
_ACTING = re.compile(f"[\\x07\\x0b-\\x0d\\x1c-\\x1f\\x85\\u2028\\u2029{_UNSEEN}{_TURNING}{_NO_CHARACTER}]")
_DROPPED = re.compile(f"[{_UNSEEN}{_TURNING}]")
_LOST = re.compile(f"[{_NO_CHARACTER}]")

# Characters drawn as nothing or as a gap: those that Unicode calls default ignorable, notes between lines, and
# blank braille.
_FILLERS = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def inert(text: str) -> str:
    """The text with plain line ends, a tab between cells, and nothing that acts on a screen.

    Half a surrogate pair, and what is no character for ever, becomes U+FFFD.
    """
    if not _ACTING.search(text):
        return text
    plain = _LINE_ENDS.sub("\n", _BETWEEN_CELLS.sub("\t", text))
    return _LOST.sub("\ufffd", _DROPPED.sub("", plain))


def seen(text: str) -> str:
    """The visible part of a text: without controls, zero-width marks and fillers, and without space around it.

    Used to ask whether anything is said, and how much; what is kept is the text itself.
    """
    return _FILLERS.sub("", text).strip()


def shortened(name: str, most: int) -> str:
    """The name of a file, a long one without its middle: its end tells what it is."""
    end = most // 3
    return name if len(name) <= most else f"{name[: most - end - 1]}…{name[-end:]}"


def written_out(text: str) -> str:
    """The whole text, with characters that would act on a screen written as escapes, for inspecting what came in."""
    return _ACTING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
