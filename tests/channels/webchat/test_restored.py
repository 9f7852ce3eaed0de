"""A page that holds letters from after the backup which was restored is brought to what there is now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from bot.build import Program
from models.tables import deliveries, sessions
from services.foundation.act import Act
from tests.drivers.webchat_browser import Browser, browsing


def put_back(program: Program, letters: int) -> None:
    """The database of a time when the only conversation had this many letters."""

    def restored(act: Act) -> None:
        act.tx.execute(deliveries.delete().where(deliveries.c.letter > letters))
        act.tx.execute(update(sessions).values(letters=letters, flow=None, sealed=None))

    program.acts.transact(restored)


async def comes_back(browser: Browser, held: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """What the page is told before letters, and the letters that it is sent."""
    told: list[Any] = []
    async with browser.tab(last=held["id"], holds=[held["id"], held["key"]], heard=told) as tab:
        return [one for one in told if "restored" in one], [letter["key"] for letter in tab.letters]


async def test_letters_of_the_same_numbers_are_not_missed(program: Program) -> None:
    async with browsing(program) as browser:
        async with browser.tab() as tab:
            await tab.says("/help")
            await tab.says("/complain")
            await tab.says("gtj")
            known, held = [letter["key"] for letter in tab.letters], tab.letters[-1]
        assert await comes_back(browser, held) == ([], []), "nothing was put back"
        put_back(program, 2)
        assert await comes_back(browser, held) == ([{"restored": 1}], known[:2]), "its number was not given yet"
        async with browser.tab(last=2) as other:
            await other.says("/office")
            await other.says("/help")
            await other.says("/office")
            now = known[:2] + [letter["key"] for letter in other.letters]
            new = other.letters[-1]
        assert new["id"] > held["id"]
        assert await comes_back(browser, held) == ([{"restored": 1}], now), "its number is another letter's now"
        assert await comes_back(browser, new) == ([], [])
