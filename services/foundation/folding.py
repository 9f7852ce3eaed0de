"""The one fold of what people type: two spellings of one thing become the same letters.

Full width, case, traditional characters, spaces, dots, dashes and marks that are drawn as nothing make no difference:
`folded("市國土局 · ＡＢ-12")` is "市国土局ab12". Whatever is looked for, in the chat, at the desk or by text message,
is folded here, and so is what it is looked for in.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

from conversation.text import seen

LONGEST_LABEL, LABELS_KEPT = 30, 4_000  # characters; texts
_APART = frozenset(("Zs", "Zl", "Zp", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Cc", "Cf"))  # spaces, punctuation


class _Kept(dict[int, int | None]):
    """What becomes of each character: itself, or nothing. Looked up once a character; one that is unknown stays."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)) in _APART else code
        return self[code]


_KEPT = _Kept()


def folded(text: str) -> str:
    """The letters, digits and signs of a text in their simplest form; a text without any keeps its punctuation."""
    return _folded_label(text) if len(text) <= LONGEST_LABEL else _folded(text)


def plain(text: str) -> str:
    """The text with its spaces and punctuation, but in half width, lower case and simplified characters."""
    return _plain_label(text) if len(text) <= LONGEST_LABEL else _simple(text)


def says_nothing(text: str) -> bool:
    """Whether a text is nothing but spaces and punctuation."""
    return not _simple(text).translate(_KEPT)


def _folded(text: str) -> str:
    simple = plain(text)
    return simple.translate(_KEPT) or simple


def _simple(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", seen(text))
    return (narrow if narrow.isascii() else _converter("t2s").convert(narrow)).casefold().strip()


# Every turn compares what was said with the same labels.
_plain_label, _folded_label = lru_cache(LABELS_KEPT)(_simple), lru_cache(LABELS_KEPT)(_folded)


def words_of(text: str) -> list[str]:
    """The words of a search, folded; each of them must be found."""
    return [folded(word) for word in unicodedata.normalize("NFKC", text).split()]


def sought(*texts: str | None) -> str:
    """What a search looks at for a row with these texts; it is kept beside them."""
    return "\n".join(folded(text) for text in texts if text)


def found_by(*texts: str | None) -> str:
    """What a list that a page searches by itself has for one of its items: these texts, in traditional characters too.

    The page folds what is typed as well, all but characters: it knows no dictionary.
    """
    simple = [folded(text) for text in texts if text]
    return " ".join(dict.fromkeys((*simple, *map(_converter("s2t").convert, simple))))


@cache
def _converter(way: str) -> OpenCC:
    return OpenCC(way)
