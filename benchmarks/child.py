"""Measured programs run in processes of their own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def ask(module: str, *args: object) -> dict[str, Any]:
    """Runs `python -m <module> …` and reads the JSON that it prints. Raises RuntimeError with what it complained of."""
    ran = subprocess.run([sys.executable, "-m", module, *map(str, args)], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(_last_line(ran.stderr))
    return json.loads(ran.stdout.splitlines()[-1])


def told(module: str, *args: object) -> Iterator[Any]:
    """Runs it and hands out each line of JSON as soon as it is printed. Raises RuntimeError like `ask`."""
    command = [sys.executable, "-m", module, *map(str, args)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        yield from map(json.loads, started.stdout or ())
        trouble = started.stderr.read() if started.stderr else ""
    if started.returncode:
        raise RuntimeError(_last_line(trouble))


@contextmanager
def running(
    module: str, *args: object, env: Mapping[str, str] | None = None, cwd: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`python -m <module> …` for as long as the block lasts."""
    started = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, args)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        cwd=cwd,
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.communicate()


def answering(
    started: subprocess.Popen[str], port: int, path: str = "/", wanted: bytes = b"HTTP/", within: float = 30
) -> None:
    """Returns as soon as GET answers with such a first line. Raises RuntimeError when the process ends before."""
    until = time.monotonic() + within
    while not get(port, path).startswith(wanted):
        if started.poll() is not None:
            raise RuntimeError(_last_line(started.stderr.read() if started.stderr else ""))
        if time.monotonic() > until:
            raise RuntimeError("no answer in time")
        time.sleep(0.005)


def get(port: int, path: str) -> bytes:
    """The whole answer; empty while nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as there:
            there.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: there.recv(65536), b""))
    except OSError:
        return b""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["ended without a word"])[-1]
