"""A clerk who writes notices at the desk, uploads files to them and follows them."""

from __future__ import annotations

import re

from aiohttp import FormData

from models.tables import deliveries
from tests.web.conftest import Browser

TEXT = "各单位请于周五前报送自查材料。"
WAITS = (deliveries.c.urgency == "broadcast") & (deliveries.c.state == "queued")


async def uploads(browser: Browser, path: str, field: str, data: bytes, name: str) -> str:
    form = FormData(quote_fields=False)
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.page)
    assert found
    form.add_field("csrf", found[1])
    form.add_field(field, data, filename=name)
    return await browser._take(await browser.client.post(path, data=form))


async def written(clerk: Browser, **fields: str) -> str:
    await clerk.opens("/console/notices/new")
    assert re.search(r'href="/console/notices">取消</a>', clerk.page), "there is nothing yet that would be changed"
    await clerk.sends("/console/notices", **({"text_zh": TEXT, "role": "head", "acknowledges": "1"} | fields))
    return clerk.path


async def progress(clerk: Browser, place: str, known: str = "") -> dict[str, str]:
    return await (await clerk.client.get(f"{place}/progress", params={"known": known})).json()
