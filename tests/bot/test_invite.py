"""`mingcha invite`: somebody who is there already gets a new link and does not become two."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drivers.command import mingcha

CODE = re.compile(r"/in/([0-9A-Z-]{19})")
ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize("name", ["", "  ", "\n", "\u202e", "\u3000\u200b", "长" * 51])
def test_a_name_that_nobody_can_read_is_refused(office: Path, name: str) -> None:
    done = mingcha(office, "invite", name, "--role", "clerk")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "姓名要有 1 到 50 个看得见的字，例如：张三。\n"


def test_a_name_is_kept_as_at_the_desk(office: Path) -> None:
    assert mingcha(office, "invite", " 孙\u202e\n八 ", "--role", "clerk").stdout.startswith("孙 八 的一次性链接")


@pytest.fixture(scope="module")
def head(office: Path) -> str:
    """The name of the present head of gtj."""
    mingcha(office, "invite", "周一", "--role", "head", "--unit", "gtj")
    return "周一"


def test_a_second_head_is_made_only_where_it_is_said_that_this_is_meant(office: Path, head: str) -> None:
    for _ in range(2):
        asked = mingcha(office, "invite", "吴二", "--role", "head", "--unit", "gtj")
        assert (asked.returncode, asked.stdout) == (1, "")
        assert f"市国土局已经有负责人：{head}。" in asked.stderr
        assert "--takes-over" in asked.stderr
    done = mingcha(office, "invite", "吴二", "--role", "head", "--unit", "gtj", "--takes-over")
    assert CODE.search(done.stdout)
    assert f"市国土局：吴二第一次用自己的链接登录时接任负责人；在那以前仍是{head}。" in done.stdout
    assert "已经登记过" in mingcha(office, "invite", "吴二", "--role", "head", "--unit", "gtj").stdout


@pytest.mark.parametrize(("answer", "made"), [("y", True), ("n", False)])
def test_at_a_terminal_it_is_asked_whether_the_head_changes(office: Path, head: str, answer: str, made: bool) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", "invite", f"郑{answer}", "--role", "head", "--unit", "gtj"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
    os.write(ours, f"{answer}\n".encode())
    with subprocess.Popen(
        command, cwd=office, env={**clean, "PYTHONPATH": str(ROOT)}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as asking:
        os.close(theirs)
        said = b""
        try:
            while more := os.read(ours, 4096):
                said += more
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    assert f"市国土局已经有负责人：{head}" in said.decode()
    assert "是换人吗？" in said.decode()
    assert bool(CODE.search(said.decode())) == made
    assert (asking.returncode == 0) == made
