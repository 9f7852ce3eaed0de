"""Where the program is reached: the settings that channels with an address of their own also read."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ANYWHERE = frozenset(("0.0.0.0", "::"))  # noqa: S104  # recognised, never bound to by default
HIGHEST_PORT = 65535
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def empty_is_none(value: object) -> object:
    """What a setting means: left empty, it counts as not given."""
    return None if value == "" else value


Unset = Annotated[str | None, BeforeValidator(empty_is_none)]


def web_address(value: str) -> str:
    """The address without a slash at its end. Raises ValueError for anything that is not a web address."""
    if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("url")
    return value.rstrip("/")


def site_address(value: str) -> str:
    """The address of a whole site, in small letters and without a slash at its end: scheme, host and perhaps a port.

    Raises ValueError for anything else: links and cookies are made for the top of it, and passkeys for its host.
    """
    if not value:
        return value
    found = re.fullmatch(r"(https?://(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]\\]+)(?::(\d{1,5}))?)/*", value, re.IGNORECASE)
    if found is None or int(found[2] or 0) > HIGHEST_PORT:
        raise ValueError("url")
    return found[1].lower()


class Reached(BaseSettings):
    """The address on which the program listens, and the one by which the outside knows it.

    The settings of every channel extend this class: `listen` and `public_url` belong to the program itself.
    """

    model_config = SettingsConfigDict(env_prefix="MINGCHA_", env_file=".env", extra="ignore")

    listen: str = "127.0.0.1:8080"
    public_url: str = ""  # http:// and the listening address

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= HIGHEST_PORT:
            raise ValueError("listen")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        return site_address(value)

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def site(self) -> str:
        host, port = self.address
        return self.public_url or f"http://{'127.0.0.1' if host in ANYWHERE else host}:{port}"
