"""A Bot API that only takes messages: `python -m benchmarks.out.api <port>`. GET / gives when each came and to whom.

Its own process and hardly any work, so that the sender is what is measured.
"""

from __future__ import annotations

import json
import sys
import time

from aiohttp import web

TOKEN = "42:BENCH"
ANSWER = (
    b'{"ok":true,"result":{"message_id":%d,"date":1790000000,"chat":{"id":%d,"type":"private","first_name":"A"},'
    b'"from":{"id":42,"is_bot":true,"first_name":"B","username":"b_bot"},"text":"x"}}'
)
ME = b'{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"B","username":"b_bot"}}'


class Api:
    def __init__(self) -> None:
        self.arrived: list[tuple[float, int]] = []  # the moment, and the chat

    async def send(self, request: web.Request) -> web.Response:
        body = await request.read()
        chat = _chat(body)
        self.arrived.append((time.time(), chat))
        return web.Response(body=ANSWER % (len(self.arrived), chat), content_type="application/json")

    async def me(self, request: web.Request) -> web.Response:
        return web.Response(body=ME, content_type="application/json")

    async def told(self, request: web.Request) -> web.Response:
        told, self.arrived = self.arrived, []
        return web.Response(text=json.dumps(told))


def _chat(body: bytes) -> int:
    """The number after `chat_id`, in JSON, in a form, or in a form of several parts."""
    rest = body.partition(b"chat_id")[2][:40]
    digits = bytearray()
    for byte in rest:
        if 48 <= byte <= 57:
            digits.append(byte)
        elif digits:
            break
    return int(digits or b"0")


def main(port: str) -> None:
    api = Api()
    app = web.Application()
    app.router.add_get("/", api.told)
    app.router.add_post(f"/bot{TOKEN}/sendMessage", api.send)
    app.router.add_post(f"/bot{TOKEN}/getMe", api.me)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
