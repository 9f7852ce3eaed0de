"""The messages between the two processes: a 4-byte big-endian length, a JSON head, then the bytes it announces.

JSON and not pickle: the child has read a stranger's file and is not to be trusted.
"""

import json
from typing import Any

LENGTH_BYTES = 4
HEAD_BYTES = 64 * 1024


def pack(head: dict[str, Any], *blobs: bytes) -> bytes:
    """One message as bytes; the sizes of the blobs are added to the head as "sizes"."""
    text = json.dumps({**head, "sizes": [len(blob) for blob in blobs]}).encode()
    return b"".join((len(text).to_bytes(LENGTH_BYTES, "big"), text, *blobs))


def head_length(prefix: bytes) -> int:
    """The length of the head in bytes; ValueError when no honest head is that long."""
    length = int.from_bytes(prefix, "big")
    if length > HEAD_BYTES:
        raise ValueError("head too long")
    return length


def read_head(text: bytes, most_bytes: int) -> tuple[dict[str, Any], list[int]]:
    """The head and the sizes of the blobs; ValueError when they are not what `pack` writes."""
    head = json.loads(text)
    sizes = head.pop("sizes") if isinstance(head, dict) and "sizes" in head else None
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("no sizes")
    if sum(sizes) > most_bytes:
        raise ValueError("announces too much")
    return head, sizes
