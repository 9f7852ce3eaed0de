"""Checks whether a token and an address work; asked once, for `mingcha doctor`."""

from __future__ import annotations

from channels.telegram.client import TIMED_OUT, UNREACHABLE, Client, Trouble


async def who_am_i(token: str, api_url: str) -> tuple[str | None, str]:
    """The bot's user name, or None and a short code of the reason ("unreachable", "401")."""
    client = Client(token, api_url)
    try:
        return (await client.bot.get_me()).username, ""
    except Trouble as trouble:
        return None, "unreachable" if trouble.code in (UNREACHABLE, TIMED_OUT) else str(trouble.code)
    finally:
        await client.close()
