"""A test run leaves nothing behind, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.drivers.postgresql import ROOT
from tests.drivers.waiting import until

RUN = """
import sys
from tests.drivers import postgresql
from tests.drivers.whole_run import WholeRun

run = WholeRun()
print(run.folder, postgresql.start(run.folder), flush=True)
sys.stdin.read()
"""


async def test_the_server_goes_with_its_run_even_when_that_is_killed() -> None:
    command = [sys.executable, "-W", "ignore", "-c", RUN]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder, address = run.stdout.readline().split()
        connection = psycopg.connect(address)
        connection.execute("select 1")
        run.send_signal(signal.SIGKILL)
    await until(lambda: not Path(folder).exists())
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
