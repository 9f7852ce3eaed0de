"""Finds the codes in what people type or paste: receipt codes and one-time codes look alike, and come in links too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.foundation.folding import plain
from services.foundation.vault import same_code

WRITTEN = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}")  # a code as we write it: no words look like this
CODE_LETTERS = 16
_CODE = re.compile(  # "k7qf 2m9d…", or perhaps plain words
    rf"[0-9a-z](?:[\s-]*[0-9a-z]){{{CODE_LETTERS - 1}}}(?![0-9a-z])"
)
_WORD = re.compile(r"(?<![0-9a-z])[0-9a-z]")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc_~]")
_LINK = re.compile(
    r"(?<![a-z0-9.:-])(?:https?://)?[a-z0-9.:-]{1,100}/(?:in/|\S{0,100}?start=[kr]-)([0-9a-z]{4}(?:-[0-9a-z]{4}){2,3}|[^\s/?#&]+)\S*",
    re.IGNORECASE,
)


def spelled(said: str) -> str:
    """The words as numbers and codes are looked for in them: half width, lower case, every dash the same.

    Of a link that holds a code the code alone is left.
    """
    return _DASHES.sub("-", plain(_LINK.sub(r" \1 ", said)))


def codes_in(text: str) -> Iterator[re.Match[str]]:
    """What could be a code of 16 letters in a text as `spelled` gives it, from each word on: "code k7qf 2m9d…" too."""
    return filter(None, (_CODE.match(text, word.start()) for word in _WORD.finditer(text)))


def code_in(pasted: str) -> str:
    """The code that somebody pasted, in its plain form: alone, in a link, or in the message that brought the link."""
    link = _LINK.search(pasted)
    return same_code(link[1] if link else pasted)
