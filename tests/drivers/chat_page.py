"""The chat page at a real browser: what is tapped, said and asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

Phone = Callable[..., Awaitable[Page]]
Shot = Callable[[Page, str], Awaitable[None]]


async def tap(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).last.tap()


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="要说的话").fill(text)
    await tap(page, "发送")


async def asked(page: Page, text: str) -> None:
    """The newest letter says so."""
    await expect(page.locator("#log .it").last).to_contain_text(text)
