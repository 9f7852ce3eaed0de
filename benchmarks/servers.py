"""One server in a process of its own: `python -m benchmarks.servers <who> <folder> <port>`, until SIGTERM."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

PATH = "/telegram/webhook"
SECRET = "benchmark-secret"
PUBLIC = "https://mingcha.example"


def database(folder: Path) -> str:
    return f"sqlite:///{folder.as_posix()}/mingcha.db"


def ours(folder: Path, port: int) -> None:
    """Our webhook with its secret, its durable turns and its queued replies; nothing is sent."""
    from benchmarks.ours import program
    from bot.tasks import settle_memory
    from channels.telegram.channel import Telegram

    made = program(folder, database(folder))

    async def application() -> web.Application:
        telegram = Telegram(
            "42:x",
            "http://127.0.0.1:9",
            mode="webhook",
            secret=SECRET,
            public_url=PUBLIC,
            talk=made.talk,
            acts=made.acts,
            texts=made.texts,
            journeys=made.tools.journeys,
        )
        app = web.Application()
        app.router.add_routes(telegram.routes())
        settle_memory()  # as `mingcha serve` does
        return app

    web.run_app(application(), host="127.0.0.1", port=port, print=None, access_log=None)


def ptb(folder: Path, port: int) -> None:
    """python-telegram-bot's own webhook server."""
    from benchmarks.rivals.ptb import Bot
    from benchmarks.rivals.reports import Reports

    Bot(Reports(database(folder)), answers=False).application().run_webhook(
        listen="127.0.0.1", port=port, url_path=PATH, secret_token=SECRET, webhook_url=PUBLIC + PATH
    )


def bare(folder: Path, port: int) -> None:
    from benchmarks.rivals.bare import Bare

    app = Bare(folder / "bare.db").application(PATH)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


WHO = {"ours": ours, "ptb": ptb, "bare": bare}

if __name__ == "__main__":
    asyncio.set_event_loop(asyncio.new_event_loop())
    WHO[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
