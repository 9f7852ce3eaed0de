"""The parameters of one call, however they were encoded: query, form, multipart or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from .errors import bad_request

SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Upload:
    name: str
    mime: str
    data: bytes


@dataclass
class Params:
    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as text; '' when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        text = self.text(name).strip()
        if not text:
            return default
        if not re.fullmatch(r"[+-]?\d{1,19}", text):
            raise bad_request(f"invalid {name} specified")
        return int(text)

    def decimal(self, name: str) -> float:
        try:
            return float(self.text(name))
        except ValueError:
            raise bad_request(f"{name} is empty" if not self.text(name) else f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def tree(self, name: str) -> Any:
        """The value as JSON; None when it is missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file sent under this name, or the one it points at with attach://."""
        if name in self.uploads:
            return self.uploads[name]
        return self.attached(self.text(name))

    def attached(self, reference: str) -> Upload | None:
        return self.uploads.get(reference.removeprefix("attach://")) if reference.startswith("attach://") else None


def parse_params(content_type: str, body: bytes, query: Mapping[str, str] | None = None) -> Params:
    """Parse as the real server does; 400 for what is not UTF-8 or not JSON."""
    params = Params(dict(query or {}))
    header = Message()
    header["content-type"] = content_type or "application/octet-stream"
    kind = header.get_content_type()
    try:
        if kind == "application/json" and body.strip():
            _merge_json(params, body)
        elif kind == "application/x-www-form-urlencoded":
            params.values.update(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
        elif kind.startswith("multipart/"):
            _merge_multipart(params, body, str(header.get_param("boundary") or ""))
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if any(SURROGATE.search(text) for text in _strings(params.values)):
        raise bad_request("strings must be encoded in UTF-8")
    return params


def _merge_json(params: Params, body: bytes) -> None:
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        raise bad_request("can't parse JSON object") from None
    if not isinstance(tree, dict):
        raise bad_request("can't parse JSON: object expected")
    params.values.update({key: value for key, value in tree.items() if value is not None})


def _merge_multipart(params: Params, body: bytes, boundary: str) -> None:
    if not boundary:
        raise bad_request("boundary of the multipart body is missing")
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = Message()
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(":")
            headers[name.strip()] = value.strip()
        disposition = _disposition(str(headers["content-disposition"]))
        field_name, file_name = disposition.get("name", ""), disposition.get("filename")
        if file_name is None:
            params.values[field_name] = data.decode()
        else:
            params.uploads[field_name] = Upload(file_name, headers.get_content_type(), data)


def _disposition(header: str) -> dict[str, str]:
    """As the real server reads it (tdlib's HttpReader): cut at every semicolon, quotes taken off, nothing unescaped."""
    found = (part.partition("=") for part in header.split(";")[1:])
    values = ((name.strip(), value.strip()) for name, _, value in found)
    return {name: value[1:-1] if value[:1] == value[-1:] == '"' and value[1:] else value for name, value in values}


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for child in children for text in _strings(child)]
