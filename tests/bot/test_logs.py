"""A log line tells where something failed and never what somebody wrote."""

from __future__ import annotations

import json
import logging
import sys
from zoneinfo import ZoneInfo

import pytest
import structlog

from bot.logs import WithoutWords, configure


def test_an_exception_is_logged_without_its_words(capfd: pytest.CaptureFixture[str]) -> None:
    configure("info")
    log = structlog.get_logger()
    try:
        try:
            raise KeyError("王小明 13800138000")
        except KeyError as error:
            raise ValueError("王小明 again") from error
    except ValueError:
        log.exception("turn_failed", channel="web")
    said = capfd.readouterr().err
    assert "王小明" not in said
    assert "ValueError at test_logs.py:" in said
    assert "KeyError" in said
    structlog.reset_defaults()


def test_a_line_tells_the_moment_as_the_citys_clocks_show_it(capfd: pytest.CaptureFixture[str]) -> None:
    configure("info", ZoneInfo("Asia/Shanghai"))
    structlog.get_logger().info("started")
    assert json.loads(capfd.readouterr().err)["timestamp"].endswith("+08:00")
    structlog.reset_defaults()


def test_a_broken_request_is_logged_without_its_bytes_and_its_sender() -> None:
    """As aiohttp's own server does it."""
    try:
        raise ValueError("Invalid header: b'Cookie: mingcha_chat=secret'")
    except ValueError:
        record = logging.LogRecord(
            "aiohttp.server", logging.ERROR, "", 0, "Error handling request from %s", ("203.0.113.9",), sys.exc_info()
        )
    said = WithoutWords("%(levelname)s %(name)s %(message)s").format(record)
    assert "secret" not in said
    assert "203.0.113.9" not in said
    assert "ERROR aiohttp.server" in said
    assert "ValueError at test_logs.py:" in said
