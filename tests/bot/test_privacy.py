"""What the installation holds is read by its own user alone, whatever the umask and whoever typed the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import privacy
from tests.conftest import settings_for
from tests.drivers.command import mingcha

SERVICE = 12345  # a user's number
EXPORT = ("export", "visits", "--format", "csv", "-o", "var/visits.csv")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def open_ones(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.stat().st_mode & 0o077)


def test_nothing_is_made_that_others_can_read(tmp_path: Path) -> None:
    """By processes that begin with a umask which forbids nothing."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
    for command in (("migrate",), ("invite", "章文", "--role", "clerk"), ("backup", "var/b.tar"), EXPORT):
        subprocess.run([sys.executable, "-m", "bot", *command], cwd=tmp_path, env=clean, umask=0, check=True)
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0
    assert {"var/mingcha.db", "var/visits.csv"} <= {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*")}
    assert open_ones(tmp_path / "var") == []


def test_what_stands_open_is_told_and_closed_at_the_next_start(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    (tmp_path / "var" / "mingcha.db").chmod(0o644)
    (tmp_path / "var" / "keys" / "mingcha.key").chmod(0o640)
    (tmp_path / ".env").write_text("MINGCHA_LANGUAGE=zh\n")
    (tmp_path / ".env").chmod(0o644)
    said = mingcha(tmp_path, "doctor").stdout
    assert "✗ var/mingcha.db 别人也能看。请运行：chmod go= var/mingcha.db" in said
    assert "✗ var/keys/mingcha.key 别人也能看" in said
    assert "✗ .env 别人也能看" in said
    mingcha(tmp_path, "invite", "章文", "--role", "clerk")
    assert open_ones(tmp_path / "var") == []
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0, "tokens and passwords stand in it"
    assert "别人也能看" not in mingcha(tmp_path, "doctor").stdout


@as_root
def test_what_root_does_leaves_everything_to_the_owner_of_the_data_folder(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o011)
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, SERVICE, SERVICE)
    assert mingcha(tmp_path, "migrate", MINGCHA_DATA_DIR=str(data)).returncode == 0
    assert mingcha(tmp_path, "invite", "章文", "--role", "clerk", MINGCHA_DATA_DIR=str(data)).returncode == 0
    assert mingcha(tmp_path, "backup", "b.tar", MINGCHA_DATA_DIR=str(data)).returncode == 0
    assert {path.stat().st_uid for path in data.rglob("*")} == {SERVICE}
    assert (tmp_path / "b.tar").stat().st_uid == 0
    assert privacy.of_somebody_else(settings_for(data)) == []
    again = tmp_path / "again"
    again.mkdir()
    os.chown(again, SERVICE, SERVICE)
    assert mingcha(tmp_path, "backup", "k.tar", "--with-key", MINGCHA_DATA_DIR=str(data)).returncode == 0
    assert mingcha(tmp_path, "restore", "k.tar", MINGCHA_DATA_DIR=str(again)).returncode == 0
    assert {path.stat().st_uid for path in again.rglob("*")} == {SERVICE}
    os.chown(data / "mingcha.db", 0, 0)
    assert "不属于数据目录的用户" in mingcha(tmp_path, "doctor", MINGCHA_DATA_DIR=str(data)).stdout


@as_root
def test_root_is_told_when_the_folder_will_be_its_own(tmp_path: Path) -> None:
    assert "注意：现在是 root" in mingcha(tmp_path, "migrate").stderr
    assert mingcha(tmp_path, "migrate").stderr == ""
