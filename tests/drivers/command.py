"""The command as a person types it: in a process of its own, a fork of one in which everything is imported."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from bot import cli
from tests.drivers.waiting import PATIENCE_SECONDS

_forks = get_context("forkserver")
_forks.set_forkserver_preload(
    ["bot.backup", "bot.doctor", "bot.preview", "bot.serve", "migrations.run", "services.demo", "sqlite3"]
)


def mingcha(folder: Path, *arguments: str, **settings: str) -> CompletedProcess[str]:
    """Runs it in this folder, with these settings and no others."""
    return _ended(folder, arguments, settings, read=True)


def killed(folder: Path, *arguments: str, at: str, **settings: str) -> None:
    """Runs it in this folder until it calls this function ("module.name"), and kills it there as `kill -9` does."""
    assert _ended(folder, arguments, settings, read=True, at=at).returncode == -signal.SIGKILL


def unread(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """Runs it in this folder where nobody reads what it says, as behind `| head -0`."""
    return _ended(folder, arguments, {}, read=False)


def _ended(
    folder: Path, arguments: tuple[str, ...], settings: Mapping[str, str], *, read: bool, at: str = ""
) -> CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
    with TemporaryDirectory() as said:
        out, errors = Path(said, "out"), Path(said, "errors")
        life = _forks.Process(target=_run, args=(folder, arguments, {**environment, **settings}, out, errors, read, at))
        life.start()
        life.join(PATIENCE_SECONDS)
        if life.exitcode is None:
            life.kill()
        assert life.exitcode is not None, f"mingcha {arguments} does not end"
        return CompletedProcess(arguments, life.exitcode, out.read_text("utf-8"), errors.read_text("utf-8"))


def _run(
    folder: Path,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    out: Path,
    errors: Path,
    read: bool,
    at: str,
) -> None:
    for number, file in ((1, out), (2, errors)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    if not read:
        reader, writer = os.pipe()
        os.dup2(writer, 1)
        os.close(writer)
        os.close(reader)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # as an interpreter has it on a pipe
    if at:
        module, name = at.rsplit(".", 1)
        setattr(import_module(module), name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["mingcha", *arguments]
    cli.main()
