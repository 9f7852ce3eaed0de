"""python -m tests.botapi --port 8081 --token 42:TEST: the fake with its control API, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import random
from contextlib import suppress

from . import BotApi


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="0 takes any free one, which is printed")
    parser.add_argument("--token", default="42:TEST")
    parser.add_argument("--delay-scale", type=float, default=1.0, help="what a second of webhook retry lasts")
    parser.add_argument("--webhook-timeout", type=float, default=60, help="seconds")
    parser.add_argument("--pace", action="store_true", help="answer 429 above the real limits")
    parser.add_argument("--deliver-twice", action="store_true")
    parser.add_argument("--shuffle", type=int, metavar="SEED")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    api = BotApi(
        options.token,
        delay_scale=options.delay_scale,
        webhook_timeout=options.webhook_timeout,
        pace=options.pace,
        deliver_twice=options.deliver_twice,
        shuffle=None if options.shuffle is None else random.Random(options.shuffle),
        control=True,
    )
    await api.start(options.port)
    print(f"Bot API at {api.url}, token {options.token}, control at {api.url}/control", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await api.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
