"""A carrier for the demo: text messages appear on the terminal, not in the log, with the number masked."""

from __future__ import annotations

import sys
from collections.abc import Callable

from channels.sms.carrier import Refused, Taken
from channels.sms.forms import Form
from services.foundation.phones import masked


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Console:
    kinds = None

    def __init__(self, show: Callable[[str], None] = _print) -> None:
        self._show = show

    async def send(self, to: str, text: str, ref: str, form: Form | None = None) -> Taken | Refused:
        self._show(f"SMS {masked(to)} | {text.replace(chr(10), ' / ')}")
        return Taken(f"console-{ref[:40]}")

    async def trouble(self) -> str | None:
        return None

    async def close(self) -> None:
        pass
