"""The chain of what was done: any change of the past shows, even the owner's of the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.build import Program
from services.foundation import audit


@pytest.fixture
def chain(program: Program) -> Program:
    """The demo city's people are the first events; ten more follow."""
    for n in range(10):
        program.acts.by("p1").transact(audit.append, "decided", f"case-{n}", {"n": n})
    return program


def broken(program: Program, anchors: dict[int, str] | None = None) -> audit.Broken | None:
    return program.database.look(audit.verify, anchors)


def tamper(program: Program, statement: str) -> None:
    program.database.transact(lambda tx: tx.execute(text(statement)))


def test_an_untouched_chain_verifies(chain: Program) -> None:
    assert broken(chain) is None


@pytest.mark.parametrize(
    "change",
    ["actor = 'p2'", "action = 'undone'", "subject = 'x'", "detail = '{\"n\": 9}'", "at = '2020-01-01 00:00:00'"],
)
def test_a_changed_event_shows(chain: Program, change: str) -> None:
    seq = chain.database.look(audit.head)[0] - 4  # pyright: ignore[reportOptionalSubscript]
    tamper(chain, f"update audit set {change} where seq = {seq}")
    assert broken(chain) == audit.Broken(seq, "changed")


def test_a_removed_event_shows(chain: Program) -> None:
    tamper(chain, "delete from audit where seq = 5")
    assert broken(chain) == audit.Broken(5, "missing")


def test_a_cut_tail_shows_against_the_anchor(chain: Program, tmp_path: Path) -> None:
    file = tmp_path / "anchor.log"
    head = chain.database.look(audit.head)
    audit.anchor(file, chain.clock(), head)
    audit.anchor(file, chain.clock(), head)
    assert len(file.read_text().splitlines()) == 1
    assert broken(chain, audit.anchors(file)) is None
    tamper(chain, f"delete from audit where seq > {head[0] - 3}")  # pyright: ignore[reportOptionalSubscript]
    assert broken(chain) is None
    assert broken(chain, audit.anchors(file)) == audit.Broken(head[0] - 2, "cut")  # pyright: ignore[reportOptionalSubscript]
    assert not audit.anchor(file, chain.clock(), chain.database.look(audit.head))
    assert broken(chain, audit.anchors(file)) == audit.Broken(head[0] - 2, "cut")  # pyright: ignore[reportOptionalSubscript]


def test_a_chain_written_anew_shows_against_an_early_anchor(chain: Program, tmp_path: Path) -> None:
    file = tmp_path / "anchor.log"
    audit.anchor(file, chain.clock(), chain.database.look(audit.head))
    tamper(chain, "delete from audit")
    for n in range(200):
        chain.acts.by("p1").transact(audit.append, "invented", f"case-{n}")
    audit.anchor(file, chain.clock(), chain.database.look(audit.head))
    assert broken(chain) is None
    found = broken(chain, audit.anchors(file))
    assert found is not None
    assert found.reason == "changed"
