"""`make bench` runs and writes what it measured; how fast anything is, is not for a test to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from benchmarks.figures import CLAIMS, PARTS, chosen

NAME = "turns_vs_ptb_sqlite"


def test_the_bench_writes_its_figures_beside_those_of_other_parts(tmp_path: Path) -> None:
    file, other = tmp_path / "bench.json", {"value": 1.0, "goal": 2.0, "better": "lower", "unit": "ms"}
    file.write_text(json.dumps({"ready_ms": other, NAME: other}), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", NAME, "--output", str(file)]

    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"})

    assert ran.returncode == 0, ran.stderr
    told = json.loads(file.read_text(encoding="utf-8"))
    assert set(told) == {NAME, "ready_ms"}
    assert told["ready_ms"] == other
    assert told[NAME]["value"] > 0
    assert {key: told[NAME][key] for key in ("goal", "better", "unit")} == {
        "goal": 2.0,
        "better": "higher",
        "unit": "times",
    }
    assert NAME in ran.stdout
    assert "1 of 1: turns" in ran.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]


def test_every_claim_belongs_to_one_part() -> None:
    assert sorted(claim for claims in PARTS.values() for claim in claims) == sorted(CLAIMS)


def test_parts_and_claims_are_chosen_by_name() -> None:
    assert chosen("desk, ready_ms") == {*PARTS["desk"], "ready_ms"}
    with pytest.raises(ArgumentTypeError, match="talks"):
        chosen("talks")
