"""Compares texts by the pairs of characters that both hold: words need not be known, in whatever language."""

from __future__ import annotations

import math
from collections.abc import Mapping


def pairs(said: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a folded text."""
    return frozenset(said[n : n + 2] for n in range(len(said) - 1))


def likeness(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float] | None = None) -> float:
    """The cosine of two texts, 0 to 1, by their pairs. `weights`: what each pair counts; None: all alike."""
    if weights is None:
        both, whole = float(len(one & other)), float(len(one) * len(other))
    else:
        both = sum(weights[pair] for pair in one & other)
        whole = sum(weights[pair] for pair in one) * sum(weights[pair] for pair in other)
    return both / math.sqrt(whole) if both else 0.0
