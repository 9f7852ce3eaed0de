"""A message centre that speaks SMPP 3.4, as far as Kannel asks: bind, submit, receipts, messages from telephones.

What it does with a message depends on the last four digits of the receiver: 0000 is not delivered, 2222 is rejected,
anything else arrives. It runs in a thread of its own, so that one Kannel can serve several tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from dataclasses import dataclass
from itertools import count

from tests.drivers.ports import held_port, number
from tests.drivers.waiting import PATIENCE_SECONDS

BIND_TRANSCEIVER, SUBMIT, DELIVER, UNBIND, ENQUIRE = 0x09, 0x04, 0x05, 0x06, 0x15
RESPONSE = 0x80000000
INVALID_DESTINATION = 0x0B
UCS2 = 8


@dataclass(frozen=True)
class Submitted:
    """One part, as the network gets it."""

    to: str
    text: str
    coding: int
    has_header: bool  # one of several parts


class Centre:
    def __init__(self) -> None:
        self.submitted: list[Submitted] = []
        self._held = held_port()
        self.port = number(self._held)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._bound: set[asyncio.StreamWriter] = set()
        self._sequence = count(1)
        self._ids = count(1)
        self._thread.start()

    def up(self) -> None:
        self._do(self._open())

    def down(self) -> None:
        self._do(self._close())

    def close(self) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._held.close()

    @property
    def is_bound(self) -> bool:
        return bool(self._bound)

    def sends(self, sender: str, to: str, text: str) -> None:
        """A message from a telephone."""
        self._do(self._deliver(0, sender, to, UCS2, text.encode("utf-16-be")))

    def _do(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)  # pyright: ignore[reportArgumentType]

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._bound):
            writer.transport.abort()
        self._bound.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                length, command, _, sequence = struct.unpack(">IIII", await reader.readexactly(16))
                await self._answer(writer, command, sequence, await reader.readexactly(length - 16))
        self._bound.discard(writer)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes) -> None:
        match command:
            case 0x09:
                self._bound.add(writer)
                self._write(writer, RESPONSE | command, sequence, b"TEST\0")
            case 0x15 | 0x06:
                self._write(writer, RESPONSE | command, sequence, b"")
            case 0x04:
                await self._submit(writer, sequence, body)
            case _:
                pass  # an answer to what we have delivered

    async def _submit(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        one, sender, reported = _read(body)
        self.submitted.append(one)
        if one.to.endswith("2222"):
            self._write(writer, RESPONSE | SUBMIT, sequence, b"", status=INVALID_DESTINATION)
            return
        number = f"M{next(self._ids):08d}"
        self._write(writer, RESPONSE | SUBMIT, sequence, number.encode() + b"\0")
        if reported:
            state = "UNDELIV" if one.to.endswith("0000") else "DELIVRD"
            text = (
                f"id:{number} sub:001 dlvrd:001 submit date:2611211500 done date:2611211500 stat:{state} err:000 text:"
            )
            await self._deliver(0x04, one.to, sender, 0, text.encode())

    async def _deliver(self, esm_class: int, sender: str, to: str, coding: int, text: bytes) -> None:
        body = b"\0" + _address(sender) + _address(to) + bytes([esm_class, 0, 0]) + b"\0\0"
        body += bytes([0, 0, coding, 0, len(text)]) + text
        for writer in self._bound:
            self._write(writer, DELIVER, next(self._sequence), body)

    def _write(self, writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes, status: int = 0) -> None:
        writer.write(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)


def _address(number: str) -> bytes:
    international = number.startswith("+") or len(number) > 11
    return bytes([1 if international else 0, 1]) + number.removeprefix("+").encode() + b"\0"


def _read(body: bytes) -> tuple[Submitted, str, bool]:
    """The message, its sender, and whether a receipt is wanted."""
    _, rest = _text(body)  # the service type
    sender, rest = _text(rest[2:])
    to, rest = _text(rest[2:])
    esm_class, rest = rest[0], rest[3:]
    _, rest = _text(rest)  # when to deliver
    _, rest = _text(rest)  # until when
    registered, coding, length, message = rest[0], rest[2], rest[4], rest[5:]
    has_header = bool(esm_class & 0x40)
    message = message[:length][message[0] + 1 :] if has_header else message[:length]
    text = message.decode("utf-16-be" if coding == UCS2 else "latin-1")
    return Submitted(to, text, coding, has_header), sender, bool(registered & 1)


def _text(data: bytes) -> tuple[str, bytes]:
    found, _, rest = data.partition(b"\0")
    return found.decode("latin-1"), rest
