"""Splits the answer of getUpdates into single raw updates."""

from __future__ import annotations

import re

import msgspec


class _Poll(msgspec.Struct):
    result: list[msgspec.Raw]


_polls = msgspec.json.Decoder(_Poll)
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def split_poll(body: bytes) -> list[bytes]:
    """Splits an answer into its updates, each as it came. One that is not JSON does not spoil the others."""
    try:
        return [bytes(one) for one in _polls.decode(body).result]
    except (msgspec.MsgspecError, RecursionError):
        return _split_by_brackets(body)


def _split_by_brackets(body: bytes) -> list[bytes]:
    opening = re.search(rb'"result"\s*:\s*\[', body)
    if opening is None:
        return []
    parts, depth, start, end = [], 0, opening.end(), len(body)
    for token in _TOKENS.finditer(body, opening.end()):
        match token[0]:
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
                if depth < 0:
                    end = token.start()
                    break
            case b"," if depth == 0:
                parts.append(body[start : token.start()])
                start = token.end()
    parts.append(body[start:end])
    return [part.strip() for part in parts if part.strip()]
