"""Settings from the environment or `.env`, each with the prefix MINGCHA_."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from models.database import parse
from templates import DEFAULT_LANGUAGE, LANGUAGES

ANYWHERE = frozenset(("0.0.0.0", "::"))  # noqa: S104  # recognised, never bound to by default
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
CONSOLE: Literal["console"] = "console"
ALIYUN: Literal["aliyun"] = "aliyun"
ALIYUN_HOST = re.compile(r"^https?://([\w-]+\.)+aliyuncs\.com(/|$)")
TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


class Settings(BaseSettings):
    """Every setting with its default. A wrong one raises ValidationError; its cause is a block of terminal.j2."""

    model_config = SettingsConfigDict(env_prefix="MINGCHA_", env_file=".env", extra="ignore")

    data_dir: Path = Path("var")
    database_url: str = ""  # SQLite under data_dir
    listen: str = "127.0.0.1:8080"
    public_url: str = ""  # http:// and the listening address
    key_file: Path | None = None  # data_dir/keys/mingcha.key
    anchor_file: Path | None = None  # data_dir/keys/anchor.log
    timezone: str = "Asia/Shanghai"
    language: str = DEFAULT_LANGUAGE
    telegram_token: Annotated[str | None, BeforeValidator(_empty_is_none)] = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: Annotated[str | None, BeforeValidator(_empty_is_none)] = None
    sms_url: Annotated[str | None, BeforeValidator(_empty_is_none)] = None  # Kannel's sendsms, Aliyun, or console
    sms_username: str = ""
    sms_password: str = ""
    sms_sender: str = ""
    sms_callback_secret: str = ""
    sms_callback_url: str = ""  # http:// and the listening address
    sms_template: str = ""
    sms_parts: int = 4
    sms_per_second: float = 10
    work: bool = True  # whether `serve` also sends and runs the jobs
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info")

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise ValueError("language")
        return value

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("listen")
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("timezone") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str) -> str:
        if value:
            parse(value)
        return value

    @field_validator("public_url", "telegram_api_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise ValueError("url")
        return value.rstrip("/")

    @field_validator("sms_url")
    @classmethod
    def _sms_url(cls, value: str | None) -> str | None:
        if value is not None and value != CONSOLE and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("sms_url")
        return value

    @field_validator("sms_callback_url")
    @classmethod
    def _sms_callback_url(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("sms_callback_url")
        return value.rstrip("/")

    @field_validator("sms_parts")
    @classmethod
    def _sms_parts(cls, value: int) -> int:
        if not 1 <= value <= 10:
            raise ValueError("sms_parts")
        return value

    @field_validator("sms_per_second")
    @classmethod
    def _sms_per_second(cls, value: float) -> float:
        if not 0.1 <= value <= 1000:
            raise ValueError("sms_per_second")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: str | None) -> str | None:
        if value is not None and not TOKEN.fullmatch(value):
            raise ValueError("telegram_token")
        return value

    @model_validator(mode="after")
    def _webhook(self) -> Settings:
        if self.telegram_token and self.telegram_mode == "webhook":
            if not SECRET.fullmatch(self.telegram_webhook_secret or ""):
                raise ValueError("telegram_webhook_secret")
            if not self.public_url:
                raise ValueError("public_url_for_webhook")
        return self

    @model_validator(mode="after")
    def _sms(self) -> Settings:
        """What a carrier needs, each missing thing with its own line."""
        if self.sms_carrier in (None, CONSOLE):
            return self
        if not self.sms_username:
            raise ValueError("sms_username")
        if not self.sms_password:
            raise ValueError("sms_password")
        if not SECRET.fullmatch(self.sms_callback_secret):
            raise ValueError("sms_callback_secret")
        if self.sms_carrier == ALIYUN and not self.sms_sender:
            raise ValueError("sms_sign")
        if self.sms_carrier == ALIYUN and not self.sms_template:
            raise ValueError("sms_template")
        return self

    @property
    def sms_carrier(self) -> Literal["console", "aliyun", "kannel"] | None:
        if self.sms_url is None or self.sms_url == CONSOLE:
            return self.sms_url and CONSOLE
        return ALIYUN if ALIYUN_HOST.search(self.sms_url) else "kannel"

    @property
    def sms_callbacks(self) -> str:
        """Where the carrier reaches us: on the same machine, unless said otherwise."""
        host, port = self.address
        local = f"[{host}]" if ":" in host else host
        return self.sms_callback_url or f"http://{'127.0.0.1' if host in ANYWHERE else local}:{port}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'mingcha.db').as_posix()}"

    @property
    def is_new(self) -> bool:
        """Whether a SQLite database would only be made by looking at it."""
        parsed = parse(self.database)
        return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()

    @property
    def key_path(self) -> Path:
        return self.key_file or self.data_dir / "keys" / "mingcha.key"

    @property
    def anchor_path(self) -> Path:
        return self.anchor_file or self.data_dir / "keys" / "anchor.log"

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def site(self) -> str:
        host, port = self.address
        return self.public_url or f"http://{'127.0.0.1' if host in ANYWHERE else host}:{port}"


class _Language(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MINGCHA_", env_file=".env", extra="ignore")

    language: str = DEFAULT_LANGUAGE


def spoken_language() -> str:
    """The language of the terminal, even where another setting is wrong."""
    wish = _Language().language
    return wish if wish in LANGUAGES else DEFAULT_LANGUAGE


def unknown_names() -> list[str]:
    """What is set under our prefix, in the environment or in `.env`, and is no setting: most likely misspelled."""
    given = {*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars}
    known = {f"mingcha_{name}" for name in Settings.model_fields}
    return sorted(name.upper() for name in given if name.startswith("mingcha_") and name not in known)
