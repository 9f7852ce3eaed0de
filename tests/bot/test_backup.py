"""A backup is made while people write, and what is restored into an empty place is everything, verified."""

from __future__ import annotations

import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
from datetime import datetime
from pathlib import Path
from shutil import which
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest

from bot.backup import back_up
from bot.build import Program, build
from bot.restore import WORKSHOP, NotRestored, restore
from migrations.run import migrate
from models.tables import metadata
from services import cases, people
from services.foundation import audit
from services.foundation.act import Act
from tests.conftest import Clock, rows, settings_for
from tests.drivers import postgresql
from tests.drivers.auditing import audited
from tests.drivers.command import killed, mingcha
from tests.drivers.media_samples import photo_jpeg
from tests.drivers.ports import held_port, number
from tests.drivers.postgresql import Copies
from tests.drivers.waiting import until

KEY_FILE = "keys/mingcha.key"


def file_one(program: Program, words: str) -> None:
    def put(act: Act) -> None:
        [contact_id] = people.ensure_contacts(act, "web", [words], "zh")
        cases.file_complaint(act, people.Contact(contact_id, "web", "zh"), cases.Complaint("gtj-1", "slow", words))

    program.acts.transact(put)


def empty_place(program: Program, folder: Path, copies: Copies, **values: object):
    """Settings of another installation with nothing in it but the key."""
    if not program.database.is_sqlite:
        values["database_url"] = copies.empty()
    settings = settings_for(folder, **values)
    settings.key_path.parent.mkdir(parents=True)
    settings.key_path.write_bytes(program.settings.key_path.read_bytes())
    return settings


@pytest.fixture
def with_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs in the server's version."""
    monkeypatch.setenv("PATH", f"{postgresql.programs()}:{os.environ['PATH']}")


@pytest.mark.usefixtures("with_tools")
async def test_what_was_written_before_is_all_there_and_opens(
    program: Program, tmp_path: Path, copies: Copies, clock: Clock
) -> None:
    photo = photo_jpeg()
    piece = await program.store.clean_and_keep(photo)
    for n in range(20):
        file_one(program, f"before {n}")
    await program.anchoring.anchor()
    stop, written = threading.Event(), 0

    def keep_writing() -> None:
        nonlocal written
        while not stop.is_set():
            file_one(program, f"meanwhile {written}")
            written += 1

    busy = threading.Thread(target=keep_writing)
    busy.start()
    try:
        await until(lambda: written > 3)
        back_up(program.settings, tmp_path / "b.tar", with_key=False)
    finally:
        stop.set()
        busy.join()
    there = empty_place(program, tmp_path / "elsewhere", copies)
    restore(there, tmp_path / "b.tar")

    again = build(there, clock=clock)
    found = {str(row["what"]) for row in rows(again, "cases")}
    assert {f"before {n}" for n in range(20)} <= found
    assert {f"meanwhile {n}" for n in range(3)} <= found
    assert found <= {str(row["what"]) for row in rows(program, "cases")}
    assert again.store.original(piece.sha256) == photo
    assert again.store.copy_path(piece.id).read_bytes() == program.store.copy_path(piece.id).read_bytes()
    found_whole = audited(again)
    assert (found_whole.broken, found_whole.unfit, found_whole.fault) == (None, [], "")
    assert len(rows(again, "owners")) == len(rows(again, "cases"))
    again.close()


def elsewhere(program: Program, copies: Copies, folder: str) -> dict[str, str]:
    """The settings of another place with nothing in it."""
    return {"MINGCHA_DATA_DIR": folder} | (
        {} if program.database.is_sqlite else {"MINGCHA_DATABASE_URL": copies.empty()}
    )


async def archive_of(program: Program, folder: Path, clock: Clock) -> str:
    """A backup with a case, evidence, an anchor and the key."""
    await program.store.clean_and_keep(photo_jpeg())
    file_one(program, "before")
    await program.anchoring.anchor()
    back_up(program.settings, folder / "b.tar", with_key=True)
    return "b.tar"


@pytest.mark.usefixtures("with_tools")
async def test_what_cannot_be_restored_changes_nothing_and_the_next_try_succeeds(
    program: Program, tmp_path: Path, copies: Copies, clock: Clock
) -> None:
    """A wrong key, and an anchor that finds no place, after everything else had found its own."""
    archive, there = await archive_of(program, tmp_path, clock), elsewhere(program, copies, "new")
    back_up(program.settings, tmp_path / "keyless.tar", with_key=False)
    (tmp_path / "key").write_bytes(bytes(32))
    for name, wrong, told in (
        ("keyless.tar", {"MINGCHA_KEY_FILE": "key"}, "密钥文件不是这个备份的"),
        (archive, {"MINGCHA_ANCHOR_FILE": "b.tar/anchor.log"}, "b.tar 不能读写"),
    ):
        done = mingcha(tmp_path, "restore", name, **there, **wrong)
        assert (done.returncode, told in done.stderr) == (1, True), done.stderr
        assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()] == []
    assert mingcha(tmp_path, "restore", archive, **there).returncode == 0
    assert [one for one in mingcha(tmp_path, "doctor", **there).stdout.splitlines() if one.startswith("✗")] == []
    again = mingcha(tmp_path, "restore", archive, **there).stderr
    assert ("已经有" in again, "MINGCHA_DATABASE_URL" in again) == (True, not program.database.is_sqlite)


@pytest.mark.usefixtures("with_tools")
async def test_a_restore_that_was_killed_is_told_and_what_to_do(
    program: Program, tmp_path: Path, copies: Copies, clock: Clock
) -> None:
    archive, there = await archive_of(program, tmp_path, clock), elsewhere(program, copies, "new")
    killed(tmp_path, "restore", archive, at="bot.restore._verify", **there)
    assert not (tmp_path / "new" / "evidence").exists()
    killed(tmp_path, "restore", archive, at="os.sync", **there)  # it needed no help after the first time
    told = "这里有一次恢复没有做完"
    for command in (("doctor",), ("migrate",), ("restore", archive)):
        done = mingcha(tmp_path, *command, **there)
        assert (done.returncode, told in done.stdout + done.stderr) == (1, True), command
    remove = done.stderr.strip().rsplit("：", 1)[1]
    assert remove == "rm -r new/.restoring new/evidence new/keys/anchor.log"
    subprocess.run(remove.split(), cwd=tmp_path, check=True)
    assert mingcha(tmp_path, "restore", archive, **there).returncode == 0
    assert [one for one in mingcha(tmp_path, "doctor", **there).stdout.splitlines() if one.startswith("✗")] == []


def test_two_restores_at_once_do_not_mix(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    mingcha(tmp_path, "backup", "b.tar", "--with-key")
    workshop = tmp_path / "new" / WORKSHOP
    workshop.mkdir(parents=True)
    other = os.open(workshop, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert "另一个 mingcha restore" in mingcha(tmp_path, "restore", "b.tar", MINGCHA_DATA_DIR="new").stderr
    os.close(other)
    assert mingcha(tmp_path, "restore", "b.tar", MINGCHA_DATA_DIR="new").returncode == 0


def test_the_key_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    said = mingcha(tmp_path, "backup", "without.tar").stdout
    assert "里面没有密钥文件" in said
    key = (tmp_path / "var" / KEY_FILE).read_bytes()
    assert key not in (tmp_path / "without.tar").read_bytes()
    assert "里面有密钥文件" in mingcha(tmp_path, "backup", "with.tar", "--with-key").stdout
    assert key in (tmp_path / "with.tar").read_bytes()
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("with.tar", "without.tar")} == {0o600}

    done = mingcha(tmp_path, "restore", "without.tar", MINGCHA_DATA_DIR="new")
    assert "请先把保存的密钥放到 new/keys/mingcha.key" in done.stderr
    assert list((tmp_path / "new").iterdir()) == []
    done = mingcha(tmp_path, "restore", "with.tar", MINGCHA_DATA_DIR="new", MINGCHA_TIMEZONE="Asia/Kathmandu")
    assert done.returncode == 0
    with tarfile.open(tmp_path / "with.tar") as archive:
        told = archive.extractfile("manifest.json")
        assert told
        made_at = datetime.fromisoformat(json.load(told)["made_at"]).astimezone(ZoneInfo("Asia/Kathmandu"))
    assert f"{made_at:%H:%M}）恢复" in done.stdout, "as the city's clocks show it"
    assert (tmp_path / "new" / KEY_FILE).read_bytes() == key


def test_backups_from_before_and_after_a_change_of_keys_are_restored(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    mingcha(tmp_path, "invite", "章文", "--role", "clerk")
    mingcha(tmp_path, "backup", "before.tar")
    key = tmp_path / "var" / KEY_FILE
    old = key.read_bytes()
    done = mingcha(tmp_path, "rotate", MINGCHA_ALGORITHMS="national")
    assert (done.returncode, "1 条身份资料已改用第 2 把密钥封存" in done.stdout) == (0, True)
    assert "用旧密钥封存" not in mingcha(tmp_path, "doctor").stdout
    mingcha(tmp_path, "backup", "after.tar", "--with-key")

    def restored(archive: str, place: str, kept: bytes | None) -> str:
        if kept is not None:
            (tmp_path / place / "keys").mkdir(parents=True)
            (tmp_path / place / KEY_FILE).write_bytes(kept)
        return mingcha(tmp_path, "restore", archive, MINGCHA_DATA_DIR=place).stderr

    assert restored("before.tar", "a", key.read_bytes()) == ""
    assert restored("before.tar", "b", old) == ""
    assert "少了后来换的密钥" in restored("after.tar", "c", old)
    assert (tmp_path / "c" / KEY_FILE).read_bytes() == old
    assert restored("after.tar", "d", None) == ""
    mingcha(tmp_path, "backup", "keyless.tar")
    assert "密钥文件不是这个备份的" in restored("keyless.tar", "e", old)
    assert mingcha(tmp_path, "invite", "李四", "--role", "clerk", MINGCHA_DATA_DIR="a").returncode == 0
    assert "没有再添一位" in mingcha(tmp_path, "invite", "章文", "--role", "clerk", MINGCHA_DATA_DIR="d").stdout


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    mingcha(tmp_path, "backup", "b.tar", "--with-key")
    before = (tmp_path / "b.tar").read_bytes()
    assert "已经存在" in mingcha(tmp_path, "backup", "b.tar").stderr
    assert (tmp_path / "b.tar").read_bytes() == before
    assert "恢复不会覆盖任何东西" in mingcha(tmp_path, "restore", "b.tar").stderr
    (tmp_path / "var" / "mingcha.db").unlink()
    (tmp_path / "var" / "evidence" / "copies").mkdir(parents=True)
    assert "恢复不会覆盖任何东西" in mingcha(tmp_path, "restore", "b.tar").stderr
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "key").write_bytes(bytes(32))
    done = mingcha(tmp_path, "restore", "b.tar", MINGCHA_DATA_DIR="new", MINGCHA_KEY_FILE="other/key")
    assert "密钥文件不是这个备份的" in done.stderr
    assert not (tmp_path / "new" / "mingcha.db").exists()


def test_a_changed_byte_a_cut_and_a_strange_name_are_found(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    mingcha(tmp_path, "backup", "b.tar", "--with-key")
    whole = (tmp_path / "b.tar").read_bytes()
    spoilt = {
        "changed": whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:],
        "cut": whole[: len(whole) // 2],
        "nothing": b"",
        "strange": strange(whole),
    }
    for name, data in spoilt.items():
        (tmp_path / name).write_bytes(data)
        done = mingcha(tmp_path, "restore", name, MINGCHA_DATA_DIR="new")
        assert done.returncode == 1, name
        assert "什么都没有改动" in done.stderr, name
        assert list((tmp_path / "new").iterdir()) == [], name
        assert not (tmp_path / "escaped").exists()


def strange(whole: bytes) -> bytes:
    """The archive with one member more, whose name leads out of the folder."""
    out = io.BytesIO(whole)
    with tarfile.open(fileobj=out, mode="a") as tar:
        info = tarfile.TarInfo("evidence/../../../escaped")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


def test_a_chain_that_was_changed_is_not_restored(tmp_path: Path, clock: Clock) -> None:
    program = build(settings_for(tmp_path / "a"), clock=clock)
    migrate(program.database)
    program.acts.transact(lambda act: audit.append(act, "signed_in", "somebody"))
    program.database.transact(lambda tx: tx.execute(metadata.tables["audit"].update().values(lot=-1)) and None)
    back_up(program.settings, tmp_path / "b.tar", with_key=True)
    program.close()
    with pytest.raises(NotRestored, match="chain"):
        restore(settings_for(tmp_path / "b"), tmp_path / "b.tar")
    assert list((tmp_path / "b").iterdir()) == []


async def test_what_was_restored_serves(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    mingcha(tmp_path, "backup", "b.tar", "--with-key")
    assert mingcha(tmp_path, "restore", "b.tar", MINGCHA_DATA_DIR="new").returncode == 0
    held = held_port()
    site = f"127.0.0.1:{number(held)}"
    held.close()
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
    environment = {**clean, "MINGCHA_DATA_DIR": "new", "MINGCHA_LISTEN": site}
    serving = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=tmp_path, env=environment)
    try:
        await until(
            lambda: answers(f"http://{site}/readyz") == {"database": True, "web": True, "disk": True, "unsent": []}
        )
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait() == 0


def answers(address: str) -> object:
    try:
        return json.load(urlopen(address))
    except OSError:
        return None


def test_without_postgresqls_programs_it_is_told_what_to_install(
    tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert which("pg_dump") is None
    done = mingcha(tmp_path, "backup", "b.tar", MINGCHA_DATABASE_URL=postgresql_url)
    assert "postgresql-client" in done.stderr
    assert not (tmp_path / "b.tar").exists()


def test_a_backup_into_no_folder_names_the_folder_and_what_to_type(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    said = mingcha(tmp_path, "backup", "no/where/b.tar")
    assert said.returncode == 1
    assert "没有文件夹 no/where。请先建好它：mkdir -p no/where" in said.stderr
    assert (".part" in said.stderr, "MINGCHA_DATA_DIR" in said.stderr) == (False, False)
    for command in (("export", "visits", "-o", "no/where/v.jsonl"), ("preview", "no")):
        (tmp_path / "no").mkdir(exist_ok=True)
        said = mingcha(tmp_path, *command)
        assert said.returncode == 1
        assert "no" in said.stderr
        assert "MINGCHA_DATA_DIR" not in said.stderr


def test_an_anchor_where_a_folder_stands_is_told_and_the_doctor_goes_on(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    (tmp_path / "anchors").mkdir()
    said = mingcha(tmp_path, "doctor", MINGCHA_ANCHOR_FILE="anchors")
    assert "✗ 锚文件应在" in said.stdout
    assert "那里却是一个文件夹" in said.stdout
    assert "Traceback" not in said.stderr
    below = said.stdout.partition("那里却是一个文件夹")[2]
    assert "材料" in below or "证据" in below, "what comes after it"
    said = mingcha(tmp_path, "backup", "b.tar", MINGCHA_ANCHOR_FILE="anchors")
    assert "是一个文件夹" in said.stderr
    assert not (tmp_path / "b.tar").exists()
