"""Ports that a server takes later, perhaps several times: nobody else gets them in between."""

from __future__ import annotations

import socket


def held_port() -> socket.socket:
    """Bound to a port of 127.0.0.1 until it is closed, but not listening, so that a server can take the same port."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def number(held: socket.socket) -> int:
    return held.getsockname()[1]
