"""What goes wrong on demand with the calls of the bot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"
MALFORMED = b'{"ok":true,"result":{"message_id":'
DESCRIPTIONS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
}


@dataclass
class Fault:
    """One kind of trouble for the next `times` calls of `method` ('*': any; 'file': a download)."""

    method: str
    status: int | None = None
    """Answer this status instead: 502 and 504 in HTML, the others in the API's JSON."""
    description: str | None = None
    retry_after: int | None = None
    times: int = 1
    chat: int | str | None = None
    hang: float = 0
    """Wait so many seconds first; a client that leaves meanwhile is never executed."""
    drop: Literal["before", "after"] | None = None
    """Cut the connection before, or after having executed the call."""
    malformed: bool = False
    """200 with a JSON that breaks off; not executed unless `executed`."""
    executed: bool = False
    """Execute the call first, then do the rest: the client does not know."""
    gateway: bool = False
    """A proxy on the way says it, in HTML: the API has not seen the call."""

    def concerns(self, method: str, chat: str) -> bool:
        return self.method.lower() in {"*", method.lower()} and (self.chat is None or str(self.chat) == chat)

    def body(self) -> tuple[str, bytes]:
        """Content type and body of the answer that `status` calls for."""
        status = self.status or 500
        if self.gateway or (status in {502, 503, 504} and self.description is None):
            return "text/html", HTML_502
        description = self.description or DESCRIPTIONS.get(status, "Internal Server Error")
        answer: dict[str, object] = {"ok": False, "error_code": status, "description": description}
        if self.retry_after is not None or status == 429:
            seconds = self.retry_after if self.retry_after is not None else 1
            answer["description"] = self.description or f"Too Many Requests: retry after {seconds}"
            answer["parameters"] = {"retry_after": seconds}
        return "application/json", json.dumps(answer).encode()


class Faults:
    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def take(self, method: str, chat: str) -> Fault | None:
        """The fault for this call, used up by one; None when all goes well."""
        fault = next((fault for fault in self.planned if fault.concerns(method, chat)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.planned.remove(fault)
        return fault
