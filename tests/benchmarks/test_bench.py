"""`make bench` runs and writes what it measured; how fast anything is, is not for a test to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

NAME = "turns_vs_ptb_sqlite"


def test_the_bench_writes_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", NAME, "--output", str(file)]

    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"})

    assert ran.returncode == 0, ran.stderr
    told = json.loads(file.read_text(encoding="utf-8"))
    assert set(told) == {NAME}
    assert told[NAME]["value"] > 0
    assert {key: told[NAME][key] for key in ("goal", "better", "unit")} == {
        "goal": 1.0,
        "better": "higher",
        "unit": "times",
    }
    assert NAME in ran.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]
