"""Opens everything that can be reached by links from a page, as somebody who is signed in or as nobody."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

from aiohttp.test_utils import TestClient

_LINKED = re.compile(r"""\b(?:href|src|srcset|data-address|formaction|action)=["']([^"'\s]+)""")
_ID = re.compile(r"[0-9a-f]{20,64}")


async def crawl(client: TestClient, *starts: str) -> AsyncIterator[tuple[str, int, bytes, str]]:
    """Each address where it led to, its status, its body and its headers; of those that differ in an id or in what is
    asked for, the starts and one more. Nothing is sent; where a form goes is opened."""
    waiting, known, kinds = deque(starts), set(starts), set[str]()
    while waiting:
        path = waiting.popleft()
        answer = await client.get(path)
        body = await answer.read()
        yield str(answer.url.relative()), answer.status, body, f"{answer.headers}"
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in _LINKED.findall(body.decode()):
            to = urlsplit(urljoin(str(answer.url.relative()), unescape(link)))
            one = f"{to.path}?{to.query}" if to.query else to.path
            if to.netloc or to.scheme or one in known:
                continue
            known.add(one)
            kind = _kind(to.path, to.query)
            if kind not in kinds:
                kinds.add(kind)
                waiting.append(one)


def _kind(path: str, query: str) -> str:
    return f"{_ID.sub('ID', path)}?{sorted(name for name, _ in parse_qsl(query))}"
