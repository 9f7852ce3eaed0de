"""For whom a use case rings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from services.foundation.act import Act, Acts

P = ParamSpec("P")
Rung = set[tuple[str, str]]  # (channel, contact id)


def rung(acts: Acts, work: Callable[Concatenate[Act, P], object], *args: P.args, **kwargs: P.kwargs) -> Rung:
    """Does it, and says for whom was rung."""

    def done(act: Act) -> Rung:
        work(act, *args, **kwargs)
        return act.rung

    return acts.transact(done)
