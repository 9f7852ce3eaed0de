"""Updates that no honest server sends: raw bytes, the update_id that can be made out, and whom to tell."""

from __future__ import annotations

import json

GOOD = {
    "message_id": 9,
    "date": 1_795_000_000,
    "chat": {"id": 5, "type": "private", "first_name": "Lin"},
    "from": {"id": 5, "is_bot": False, "first_name": "Lin", "language_code": "en"},
    "text": "x",
}


def update(**fields: object) -> dict[str, object]:
    return {"update_id": 7, **fields}


def _raw(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _number(digits: bytes) -> bytes:
    return b'{"update_id":' + digits + b',"message":' + json.dumps(GOOD).encode() + b"}"


def _deep(opening: bytes, closing: bytes) -> bytes:
    return b'{"update_id":7,"message":{"x":' + opening * 50_000 + b"1" + closing * 50_000 + b"}}"


HOSTILE: dict[str, tuple[bytes, int | None, str | None]] = {
    "empty": (b"", None, None),
    "words": (b"hello", None, None),
    "a list": (b"[1,2]", None, None),
    "cut off": (b'{"update_id":7,"message":{"te', 7, None),
    "no update_id": (_raw(message=GOOD), None, "5"),
    "update_id a string": (_raw(update_id="7", message=GOOD), None, "5"),
    "update_id a float": (_number(b"7.5"), None, "5"),
    "update_id negative": (_number(b"-7"), None, None),
    "update_id 2^63": (_number(str(2**63).encode()), None, None),
    "update_id of 5000 digits": (_number(b"9" * 5000), None, "5"),
    "update_id NaN": (_number(b"NaN"), None, "5"),
    "message a list": (_raw(**update(message=[1])), 7, None),
    "message a string": (_raw(**update(message="hello")), 7, None),
    "text a number": (_raw(**update(message={**GOOD, "text": 5})), 7, "5"),
    "chat id a string": (_raw(**update(message={**GOOD, "chat": {"id": "5", "type": "private"}})), 7, None),
    "chat id 2^63": (_raw(**update(message={**GOOD, "chat": {"id": 2**63, "type": "private"}})), 7, None),
    "no chat": (_raw(**update(message={"message_id": 1, "text": "x"})), 7, None),
    "photo a number": (_raw(**update(message={**GOOD, "photo": 1})), 7, "5"),
    "nowhere on earth": (_raw(**update(message={**GOOD, "location": {"latitude": 1e9, "longitude": 0}})), 7, "5"),
    "deep lists": (_deep(b"[", b"]"), 7, None),
    "deep objects": (_deep(b'{"a":', b"}"), 7, None),
    "not UTF-8": (b'{"update_id":7,"message":{"text":"\xff"}}', 7, None),
    "a raw surrogate": (b'{"update_id":7,"message":{"text":"\xed\xa0\x80"}}', 7, None),
    "a tap without a sender": (_raw(**update(callback_query={"id": "1", "data": "x"})), 7, None),
}

# These are odd in parts that we do not read, or in ways that can be mended: somebody gets an answer.
ODD: dict[str, bytes] = {
    "date 10^18": json.dumps(update(message={**GOOD, "date": 10**18})).encode(),
    "date a string": json.dumps(update(message={**GOOD, "date": "today"})).encode(),
    "date NaN": json.dumps(update(message={**GOOD, "date": float("nan")})).encode(),
    "5,000 digits": _number(b"7").replace(b"1795000000", b"9" * 5000),
    "no from": json.dumps(update(message={k: v for k, v in GOOD.items() if k != "from"})).encode(),
    "a poll without members_only": json.dumps(update(message={**GOOD, "poll": {"id": "1", "question": "?"}})).encode(),
    "a lone surrogate": json.dumps(update(message={**GOOD, "text": "a\ud800b"})).encode(),
    "NUL": json.dumps(update(message={**GOOD, "text": "a\u0000b"})).encode(),
}
