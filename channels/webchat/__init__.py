"""The web chat: a page at /chat, live over a WebSocket at /chat/ws, uploads at /chat/upload."""
