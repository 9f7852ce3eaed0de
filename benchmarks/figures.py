"""What is claimed, what was measured, and how it is told: a table, and `bench.json`."""

from __future__ import annotations

import json
import statistics
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Claim:
    goal: float
    better: str  # higher, lower
    unit: str
    note: str = ""


CLAIMS = {
    "turns_vs_ptb_sqlite": Claim(2.0, "higher", "times"),
    "turns_vs_ptb_pg": Claim(1.0, "higher", "times"),
    "turns_vs_aiogram_sqlite": Claim(1.5, "higher", "times"),
    "two_processes_pg": Claim(1.6, "higher", "times", "two processes beside one"),
    "open_100k_vs_1k": Claim(1.15, "lower", "times", "a step of one of so many open conversations, SQLite"),
    "http_vs_ptb": Claim(1.9, "higher", "times"),
    "http_p99_ms": Claim(40.0, "lower", "ms"),
    "out_vs_ptb": Claim(6.0, "higher", "times"),
    "out_vs_aiogram": Claim(0.9, "higher", "times"),
    "pace_30_error": Claim(0.01, "lower", "of 30 a second"),
    "pace_30_peak": Claim(32.0, "lower", "in a second"),
    "pace_30_core": Claim(0.05, "lower", "of a core"),
    "reply_wait_p99_ms": Claim(500.0, "lower", "ms"),
    "release_100k_s": Claim(20.0, "lower", "s"),
    "release_100k_mib": Claim(250.0, "lower", "MiB"),
    "reminders_vs_apscheduler": Claim(30.0, "higher", "times"),
    "reminders_fire_per_s": Claim(20_000.0, "higher", "a second", "the goal is our own"),
    "late_list_ms": Claim(100.0, "lower", "ms", "the slower of both databases"),
    "case_list_p95_ms": Claim(100.0, "lower", "ms", "the slower of both databases, 100,000 cases"),
    "case_page_p95_ms": Claim(100.0, "lower", "ms", "the slower of both databases, 100,000 cases"),
    "search_p95_ms": Claim(150.0, "lower", "ms", "the slower of both databases, 100,000 cases"),
    "similar_p95_ms": Claim(20.0, "lower", "ms", "the slower of both databases, 100,000 cases"),
    "import_10k_s": Claim(30.0, "lower", "s", "the slower of both databases, 10,000 rows"),
    "import_10k_mib": Claim(200.0, "lower", "MiB", "both processes, the larger of both databases"),
    "filed_vs_helpdesk": Claim(5.0, "higher", "times", "one process each, SQLite"),
    "ready_ms": Claim(2000.0, "lower", "ms"),
    "idle_mib": Claim(150.0, "lower", "MiB"),
    "audit_append_vs_insert": Claim(0.8, "higher", "times", "8 connections, PostgreSQL"),
    "audit_verify_1m_s": Claim(10.0, "lower", "s"),
    "idle_pages_core": Claim(0.05, "lower", "of a core", "1,000 open chat pages"),
    "neighbour_p95_ms": Claim(100.0, "lower", "ms", "the worst of five floods"),
}

# Each takes less than five minutes on two cores.
PARTS = {
    "talk": (
        "turns_vs_ptb_sqlite",
        "turns_vs_ptb_pg",
        "turns_vs_aiogram_sqlite",
        "two_processes_pg",
        "open_100k_vs_1k",
        "http_vs_ptb",
        "http_p99_ms",
    ),
    "out": (
        "out_vs_ptb",
        "out_vs_aiogram",
        "pace_30_error",
        "pace_30_peak",
        "pace_30_core",
        "reply_wait_p99_ms",
        "release_100k_s",
        "release_100k_mib",
    ),
    "desk": ("reminders_vs_apscheduler", "reminders_fire_per_s", "late_list_ms"),
    "cases": ("case_list_p95_ms", "case_page_p95_ms", "search_p95_ms", "similar_p95_ms"),
    "sheets": ("import_10k_s", "import_10k_mib", "filed_vs_helpdesk"),
    "life": ("ready_ms", "idle_mib"),
    "audit": ("audit_append_vs_insert", "audit_verify_1m_s"),
    "floods": ("idle_pages_core", "neighbour_p95_ms"),
}


def chosen(words: str) -> set[str]:
    """The claims that a list of parts and claims means: "talk,ready_ms". Raises ArgumentTypeError for other names."""
    names = [name.strip() for name in words.split(",") if name.strip()]
    for name in names:
        if name not in PARTS and name not in CLAIMS:
            raise ArgumentTypeError(f"no part and no claim is called {name}; there are {', '.join((*PARTS, *CLAIMS))}")
    return {claim for name in names for claim in PARTS.get(name, (name,))}


@dataclass(frozen=True)
class Figure:
    """The values of all runs, in their order; the median counts."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def spread(self) -> str:
        return f"{_short(min(self.values))} – {_short(max(self.values))}"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    """Round by round: two runs that stood side by side met the same machine."""
    return Figure([one / other for one, other in zip(ours, theirs, strict=True)])


def met(name: str, figure: Figure) -> bool:
    claim = CLAIMS[name]
    return figure.median >= claim.goal if claim.better == "higher" else figure.median <= claim.goal


def write(figures: Mapping[str, Figure], file: Path) -> None:
    """Writes these entries; those of other claims stay as they are."""
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name, figure in figures.items():
        claim = CLAIMS[name]
        value = round(figure.median, 3)
        told[name] = {"value": value, "goal": claim.goal, "better": claim.better, "unit": claim.unit}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def show_claims(figures: Mapping[str, Figure], console: Console) -> None:
    table = Table("claim", "median", "goal", "unit", "runs", "", title="Claims")
    for name, figure in figures.items():
        claim = CLAIMS[name]
        mark = "[green]met[/]" if met(name, figure) else "[red]missed[/]"
        goal = f"{'≥' if claim.better == 'higher' else '≤'} {_short(claim.goal)}"
        table.add_row(name, _short(figure.median), goal, claim.unit, figure.spread(), f"{mark} {claim.note}".strip())
    console.print(table)


def show_runs(title: str, columns: Mapping[str, Mapping[str, Figure]], console: Console) -> None:
    """Each row's median in each column, and from where to where its runs lie in the first."""
    first, *others = columns
    table = Table("", first, "runs", *others, title=title, title_justify="left")
    for name, figure in columns[first].items():
        table.add_row(name, _short(figure.median), figure.spread(), *(_short(columns[o][name].median) for o in others))
    console.print(table)


def show_stages(stages: Mapping[str, float], render: float, console: Console) -> None:
    table = Table("stage", "µs a turn", "share", title="Where our time goes (SQLite, 100 at once)")
    whole = sum(stages.values())
    for stage, spent in stages.items():
        table.add_row(stage, f"{spent:.1f}", f"{spent / whole:.0%}")
    table.add_row("render (a sender's, after the commit)", f"{render:.1f}", "")
    console.print(table)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
