"""A real Kannel of the test's own: bearerbox and smsbox in a folder of theirs, on ports of 127.0.0.1, ended by pid.

Numbers that begin with +86139 go to the fake message centre (Kannel's own fakesmsc), all others to an SMPP one.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from tests.drivers.ports import held_port, number
from tests.drivers.waiting import PATIENCE_SECONDS

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
NEEDED = ("bearerbox", "smsbox", FAKESMSC)
USER, PASSWORD, SECRET = "tester", "secret-test-only", "callback-secret"
GOT = re.compile(r"Got message \d+: <\S+ (\S+) (?:udh (\S+) )?(text|ucs-2|data) ([^>]*)>")
CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = admin-test-only
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-level = 1
log-file = "bearerbox.log"
dlr-storage = internal
store-type = file
store-location = "kannel.store"
sms-resend-freq = 1

group = smsc
smsc = fake
smsc-id = FAKE
port = {fake}
connect-allow-ip = 127.0.0.1
allowed-prefix = "+86139;86139"

group = smsc
smsc = smpp
smsc-id = SMPP
host = 127.0.0.1
port = {smpp}
transceiver-mode = true
smsc-username = tester
smsc-password = testpass
system-type = ""
reconnect-delay = 1
enquire-link-interval = 5
denied-prefix = "+86139;86139"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 10690
log-level = 1
log-file = "smsbox.log"
mo-recode = true
http-request-retry = 5
http-queue-delay = 1

group = sendsms-user
username = {user}
password = {password}
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{callbacks}/sms/in?secret={secret}&from=%p&text=%a&id=%I&ts=%T&charset=%C"
"""


@dataclass(frozen=True)
class Kannel:
    url: str
    callbacks: int  # the port that it calls us on
    fake: int

    @contextmanager
    def telephone(self, *says: tuple[str, str]) -> Iterator[Callable[[], list[tuple[str, str]]]]:
        """fakesmsc, sending one message (sender, text) or none; what it got is (to, text), a part each."""
        words = [f"{sender} 10690 ucs2 {_escaped(text)}" for sender, text in says] or ["1 2 text -"]
        command = [FAKESMSC, "-r", str(self.fake), "-m", str(len(says)), *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            got: list[tuple[str, str]] = []
            stream = running.stdout
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            buffer = bytearray()

            def heard() -> list[tuple[str, str]]:
                buffer.extend(stream.read() or b"")
                got[:] = [_message(found) for found in GOT.finditer(buffer.decode("latin-1"))]
                return got

            try:
                yield heard
            finally:
                running.terminate()


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-16-be"))


def _message(found: re.Match[str]) -> tuple[str, str]:
    to, _, kind, data = found.groups()
    raw = unquote_to_bytes(data.replace("+", "%20"))
    return to, raw.decode("latin-1" if kind == "text" else "utf-16-be")


def missing() -> list[str]:
    """Of the programs that it takes, those that are not here: the tests that need them are skipped by name."""
    return [name for name in NEEDED if _found(name) is None]


def _found(name: str) -> str | None:
    """On the path, or in the folder for daemons beside one of the path's: an ordinary user's path leaves them out."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    beside = [folder.removesuffix("/bin") + "/sbin" for folder in folders if folder.endswith("/bin")]
    return shutil.which(name, path=os.pathsep.join((*folders, *beside)))


@contextmanager
def kannel(folder: Path, smpp_port: int) -> Iterator[Kannel]:
    """Ready when smsbox answers."""
    held = [held_port() for _ in range(5)]
    admin, boxes, fake, sendsms, callbacks = map(number, held)
    told = CONFIGURATION.format(
        admin=admin,
        boxes=boxes,
        fake=fake,
        smpp=smpp_port,
        sendsms=sendsms,
        callbacks=callbacks,
        user=USER,
        password=PASSWORD,
        secret=quote(SECRET),
    )
    (folder / "kannel.conf").write_text(told, encoding="utf-8")
    started: list[subprocess.Popen[bytes]] = []
    try:
        for box, port in (("bearerbox", boxes), ("smsbox", sendsms)):
            program = _found(box) or box
            started.append(
                subprocess.Popen(
                    [program, "kannel.conf"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            )
            waits(lambda port=port: _answers(port))
        url = f"http://127.0.0.1:{sendsms}/cgi-bin/sendsms"
        yield Kannel(url, callbacks, fake)
    finally:
        for running in reversed(started):  # bearerbox would take seconds to say goodbye; nothing of it is kept
            running.kill()
            running.wait()
        for one in held:
            one.close()


def waits(there: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not there():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True
