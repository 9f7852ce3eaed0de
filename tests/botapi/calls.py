"""One call of the bot from name and parameters to its answer, and the record of all calls."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .catalog import BY_LOWER, PARAMETERS
from .errors import ApiError, bad_request
from .methods import METHODS
from .pace import Pace
from .params import Params
from .world import World

NEVER_UNKNOWN = {"method"}


@dataclass
class Call:
    """`status` is None until answered; `executed`: the world has changed, whatever the bot was told."""

    method: str
    params: dict[str, Any]
    time: float
    via: str = "http"
    status: int | None = None
    description: str = ""
    executed: bool = False

    @property
    def chat_id(self) -> int | str | None:
        given = str(self.params.get("chat_id", ""))
        return int(given) if given.lstrip("-").isdecimal() else given or None


class Calls:
    def __init__(self, world: World, pace: Pace | None) -> None:
        self.made: list[Call] = []
        self._world = world
        self._pace = pace
        self.update_methods: dict[str, Callable[[Params], Any]] = {}

    def begin(self, method: str, params: Params, via: str = "http") -> Call:
        """Record a call; names of methods do not care for case."""
        values = {key: value for key, value in params.values.items() if not (key == "method" and via == "webhook")}
        values |= {name: upload for name, upload in params.uploads.items() if name not in values}
        call = Call(BY_LOWER.get(method.lower(), method), values, self._world.clock(), via)
        self.made.append(call)
        self._world.pulse.beat()
        return call

    async def execute(self, call: Call, params: Params) -> tuple[int, bytes]:
        """Status and JSON body of the answer."""
        try:
            result = await self._result(call, params)
        except ApiError as error:
            call.description = error.description
            return error.code, refusal(error)
        call.executed = True
        text = result if isinstance(result, bytes) else json.dumps(result).encode()
        return 200, b'{"ok":true,"result":' + text + b"}"

    async def as_answer(self, params: Params) -> None:
        """A call that came in the body of a webhook's answer."""
        call = self.begin(params.text("method"), params, via="webhook")
        call.status, _ = await self.execute(call, params)

    async def _result(self, call: Call, params: Params) -> Any:
        if call.method not in PARAMETERS:
            raise ApiError(404, "Not Found")
        if self._world.logged_out:
            raise bad_request("Logged out")
        self._note_unknown(call, params)
        if self._pace and call.chat_id is not None:
            media = params.tree("media") if call.method == "sendMediaGroup" else None
            self._pace.spend(call.method, str(call.chat_id), len(media) if isinstance(media, list) else 1)
        if call.method in self.update_methods:
            result = self.update_methods[call.method](params)
            return await result if inspect.isawaitable(result) else result
        return METHODS[call.method](self._world, params)

    def _note_unknown(self, call: Call, params: Params) -> None:
        attached = {
            name for name in params.uploads if any(f"attach://{name}" in params.text(key) for key in params.values)
        }
        known = PARAMETERS[call.method] | attached | (NEVER_UNKNOWN if call.via == "webhook" else frozenset())
        given = [*params.values, *params.uploads]
        self._world.oddities += [f"{call.method}: unknown parameter {name}" for name in given if name not in known]


def refusal(error: ApiError) -> bytes:
    answer: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after is not None:
        answer["parameters"] = {"retry_after": error.retry_after}
    return json.dumps(answer).encode()
