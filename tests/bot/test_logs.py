"""A log line tells where something failed and never what somebody wrote."""

from __future__ import annotations

import pytest
import structlog

from bot.logs import configure


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
