"""The web chat: a page at /chat, live over a WebSocket at /chat/ws, uploads at /chat/upload."""

from channels.webchat.chat import WebChat

__all__ = ["WebChat"]
