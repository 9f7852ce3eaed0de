"""The carrier's side of the callbacks, on a real server of this test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.build import Program
from tests.drivers.handset import Recorder, sms_with
from web.site.frame import LARGEST_FILES


@pytest.fixture
async def carrier(program: Program) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application(client_max_size=LARGEST_FILES)
    app.add_routes(sms_with(program, Recorder()).routes())
    async with TestClient(TestServer(app)) as client:
        yield client
