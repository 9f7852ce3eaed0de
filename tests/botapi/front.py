"""The HTTP side: the token, the call, its planned fault, and file downloads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web

from .calls import Call, Calls, refusal
from .errors import ApiError
from .faults import MALFORMED, Fault, Faults
from .params import Params, parse_params
from .world import World

BODY_BYTES = 60 * 2**20


def build_app(token: str, world: World, calls: Calls, faults: Faults, more: Iterable[web.RouteDef]) -> web.Application:
    app = web.Application(client_max_size=BODY_BYTES)
    front = Front(token, world, calls, faults)
    app.router.add_route("*", "/bot{token}/{method}", front.call)
    app.router.add_get("/file/bot{token}/{path:.+}", front.download)
    app.add_routes(more)
    app.router.add_route("*", "/{path:.*}", front.nothing)
    return app


class Front:
    def __init__(self, token: str, world: World, calls: Calls, faults: Faults) -> None:
        self._token = token
        self._world = world
        self._calls = calls
        self._faults = faults

    async def call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self._token:
            return _refuse(ApiError(401, "Unauthorized"))
        if request.method not in {"GET", "POST"}:
            return _refuse(ApiError(405, "Method Not Allowed"))
        try:
            params = parse_params(request.headers.get("Content-Type", ""), await request.read(), request.query)
        except ApiError as error:
            return _refuse(error)
        call = self._calls.begin(request.match_info["method"], params)
        fault = self._faults.take(call.method, params.text("chat_id"))
        response = await (self._with_fault(request, call, params, fault) if fault else self._plain(call, params))
        call.status = response.status
        return response

    async def _plain(self, call: Call, params: Params) -> web.Response:
        status, body = await self._calls.execute(call, params)
        return web.Response(status=status, body=body, content_type="application/json")

    async def _with_fault(self, request: web.Request, call: Call, params: Params, fault: Fault) -> web.Response:
        answer = await self._plain(call, params) if fault.executed or fault.drop == "after" else None
        await asyncio.sleep(fault.hang)
        if fault.drop is not None:
            return _cut(request)
        if fault.malformed:
            return web.Response(body=MALFORMED, content_type="application/json")
        if fault.status is not None:
            return _faulty(fault)
        return answer or await self._plain(call, params)

    async def download(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        call = self._calls.begin("file", Params({"path": path}))
        fault = self._faults.take("file", "")
        stored = self._world.files.linked(path)
        if request.match_info["token"] != self._token:
            response = _refuse(ApiError(401, "Unauthorized"))
        elif fault is not None and await _slept(fault.hang) and (fault.drop or fault.status):
            response = _cut(request) if fault.drop else _faulty(fault)
        elif stored is None:
            response = _refuse(ApiError(404, "Not Found"))
        else:
            response = web.Response(body=stored.data, content_type="application/octet-stream")
        call.status = response.status
        return response

    async def nothing(self, _request: web.Request) -> web.Response:
        return _refuse(ApiError(404, "Not Found"))


def _refuse(error: ApiError) -> web.Response:
    return web.Response(status=error.code, body=refusal(error), content_type="application/json")


def _faulty(fault: Fault) -> web.Response:
    content_type, body = fault.body()
    return web.Response(status=fault.status or 500, body=body, content_type=content_type)


def _cut(request: web.Request) -> web.Response:
    """Break the connection; the response below reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _slept(seconds: float) -> bool:
    await asyncio.sleep(seconds)
    return True
