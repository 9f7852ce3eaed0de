"""Templates are compiled once for every program of a process: it would be more than half of the work of many tests."""

from __future__ import annotations

from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """By name, file and contents."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


_caches = {autoescape: Compiled() for autoescape in (False, True)}  # whether to escape is written into the code


def environment(*, autoescape: bool, **how: Any) -> Environment:
    """In the place of `templates.Environment`."""
    return Environment(autoescape=autoescape, bytecode_cache=_caches[autoescape], **how)
