"""The one matcher: whether what was typed fits what is known, and what comes nearest where nothing does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from services.foundation.folding import folded, words_of

LIKE, LIKE_SPELLING = 60, 80  # per cent: names that share most characters; words of an alphabet that share most letters
SHORT = 2  # Chinese characters: one of two may be wrong
SHORTEST_SPELLING = 5  # letters: shorter pinyin is part of too many names
MOST_NEAR = 6


def fits(query: str, told: str) -> bool:
    """Whether a text holds the query as a whole, or each of its words."""
    known = folded(told)
    return folded(query) in known or all(word in known for word in words_of(query))


def nearest(query: str, names: Mapping[str, Iterable[str]], spellings: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys of the names that come nearest to a query which fits none, best first, at most six.

    `names` and `spellings` (pinyin, English) are folded. Names that sound the same come before those that look alike.
    """
    word = folded(query)
    latin = word.isascii()
    heard = word if latin else _heard(word)
    scored = {key: _sounds(heard, spellings.get(key, ()), latin) or _looks(word, names[key]) for key in names}
    best = max(scored.values(), default=0)
    enough = 100 if best >= 100 else 1
    found = sorted((key for key, score in scored.items() if score >= enough), key=lambda key: -scored[key])
    return found[:MOST_NEAR]


def _sounds(heard: str, spellings: Iterable[str], latin: bool) -> float:
    """Over 100 for the same pinyin, from the start or within; for letters a likeness."""
    best = 0.0
    for spelling in spellings:
        if heard == spelling:
            return 103
        if len(heard) >= SHORTEST_SPELLING and heard in spelling:
            best = max(best, 102 if spelling.startswith(heard) else 101)
        elif latin and len(heard) >= SHORTEST_SPELLING - 1 and (like := fuzz.ratio(heard, spelling)) >= LIKE_SPELLING:
            best = max(best, like)
    return best


def _looks(word: str, names: Iterable[str]) -> float:
    """100 where the characters stand in the name in this order, else how much of them it shares."""
    best = 0.0
    if word.isascii():
        return best
    for name in names:
        if len(word) >= SHORT and _in_order(word, name):
            best = max(best, 100.0)
        like = fuzz.ratio(word, name)
        within = fuzz.partial_ratio(word, name) if len(word) > SHORT or len(name) > SHORT else 0.0
        if like >= LIKE:
            best = max(best, like)
        elif within >= (50 if len(word) == SHORT else 75):
            best = max(best, within / 2)
    return best


def _in_order(word: str, name: str) -> bool:
    left = iter(name)
    return all(c in left for c in word)


def _heard(word: str) -> str:
    """The pinyin of a word. Its dictionary takes a quarter of a second, so only what was not found pays for it."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(word)).lower()
