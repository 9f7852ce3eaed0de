"""The web chat: a page at /chat, live over a WebSocket at /chat/ws, uploads at /chat/upload."""

from channels.webchat.chat import WebChat
from channels.webchat.kind import KIND

__all__ = ["KIND", "WebChat"]
