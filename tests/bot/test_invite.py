"""`mingcha invite`: somebody who is there already gets a new link and does not become two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.drivers.command import mingcha

CODE = re.compile(r"/in/([0-9A-Z-]{19})")
ID = re.compile(r"\b[0-9a-f]{20}\b")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where an office has begun: a database, two units."""
    folder = tmp_path_factory.mktemp("office")
    assert mingcha(folder, "migrate").returncode == 0
    (folder / "city.toml").write_text(
        '[[unit]]\nid = "gtj"\nname = "市国土局"\n[[unit]]\nid = "gsj"\nname = "工商局"\n'
    )
    assert "2" in mingcha(folder, "units", "city.toml").stdout
    return folder


def test_the_same_person_gets_a_new_link(office: Path) -> None:
    first = mingcha(office, "invite", "章文", "--role", "clerk")
    again = mingcha(office, "invite", "章 文", "--role", "clerk")
    assert "已经登记过" in again.stdout
    assert CODE.findall(first.stdout) != CODE.findall(again.stdout)
    assert "1 人" in mingcha(office, "doctor").stdout


def test_of_two_of_one_name_it_asks_which_and_tells_how(office: Path) -> None:
    mingcha(office, "invite", "王五", "--role", "supervisor", "--unit", "gtj", "--phone", "13800138000")
    another = mingcha(office, "invite", "王五", "--role", "supervisor", "--unit", "gtj", "--new")
    assert "已经登记过" not in another.stdout
    asked = mingcha(office, "invite", "王五", "--role", "supervisor", "--unit", "gtj")
    assert asked.returncode == 1
    ids = ID.findall(asked.stderr)
    assert len(set(ids)) == 2
    assert "--person" in asked.stderr
    assert "138****8000" in asked.stderr
    assert "13800138000" not in asked.stderr
    chosen = mingcha(office, "invite", "王五", "--role", "supervisor", "--unit", "gtj", "--person", ids[1][:6])
    assert "已经登记过" in chosen.stdout
    by_number = mingcha(office, "invite", "王五", "--role", "supervisor", "--unit", "gtj", "--phone", "138 0013 8000")
    assert by_number.returncode == 1, "the other one may have this number too: it is asked"
    wrong = mingcha(office, "invite", "王五", "--role", "supervisor", "--unit", "gtj", "--person", "zzz")
    assert (wrong.returncode, "zzz" in wrong.stderr) == (1, True)


def test_another_role_is_given_only_to_whom_is_named(office: Path) -> None:
    mingcha(office, "invite", "赵六", "--role", "deputy", "--unit", "gsj")
    asked = mingcha(office, "invite", "赵六", "--role", "deputy", "--unit", "gtj")
    assert asked.returncode == 1
    [known] = set(ID.findall(asked.stderr))
    given = mingcha(office, "invite", "赵六", "--role", "deputy", "--unit", "gtj", "--person", known)
    assert "已经登记过" in given.stdout
    again = mingcha(office, "invite", "赵六", "--role", "deputy", "--unit", "gtj")
    assert "已经登记过" in again.stdout


def test_a_wrong_number_is_told(office: Path) -> None:
    done = mingcha(office, "invite", "钱七", "--role", "clerk", "--phone", "12345")
    assert (done.returncode, "12345" in done.stderr) == (1, True)
