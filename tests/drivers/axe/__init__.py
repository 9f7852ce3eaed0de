"""axe-core 4.14.1 (MPL 2.0, unchanged, from npm), run in a page of chromium: what it finds there for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

SCRIPT = Path(__file__).with_name("axe.min.js")
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SERIOUS = ("serious", "critical")
_RUN = "only => axe.run(document, {resultTypes: ['violations'], ...(only ? {runOnly: [only]} : {})})"


async def findings(page: Page, only: str = "") -> list[str]:
    """What is seriously wrong on the page as it stands, and what stands in no landmark: the rule, and where."""
    if not await page.evaluate("typeof window.axe === 'object'"):
        await page.evaluate(SCRIPT.read_text(encoding="utf-8") + ";0")
    found: list[dict[str, Any]] = (await page.evaluate(_RUN, only))["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        if one["impact"] in SERIOUS or one["id"] == "region"
        for node in one["nodes"]
    ]
