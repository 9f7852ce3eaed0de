"""The table of a case's life in the documents is the one of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.cases import LIFE

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| (complaint|question|opinion) \| `(\w+)` \| (.*) \|$", re.MULTILINE)


@pytest.mark.parametrize("page", ["architecture.md", "architecture.zh.md"])
def test_each_step_stands_there(page: str) -> None:
    written = {
        (kind, state): dict(re.findall(r"`(\w+)` → `(\w+)`", steps))
        for kind, state, steps in ROW.findall((DOCS / page).read_text(encoding="utf-8"))
    }
    assert written == {(kind, state): dict(steps) for kind, life in LIFE.items() for state, steps in life.items()}
