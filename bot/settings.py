"""Settings from the environment or `.env`, each with the prefix MINGCHA_."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from bot.channels import KINDS
from bot.proxies import networks
from channels.settings import Reached, empty_is_none
from models.database import parse
from services.foundation.suites import Name
from templates import DEFAULT_LANGUAGE, LANGUAGES

File = Annotated[Path | None, BeforeValidator(empty_is_none)]
ALIKE = 0.75  # of 1: two names that share so much are one of them and its misspelling


class Settings(*(kind.settings for kind in KINDS if kind.settings), Reached):
    """Every setting with its default. A wrong one raises ValidationError, whose cause names a block of the words.

    The channels bring their own settings (`channels.telegram.settings` and so on).
    """

    data_dir: Annotated[Path, BeforeValidator(lambda given: given or "var")] = Path("var")
    database_url: str = ""  # SQLite under data_dir
    key_file: File = None  # data_dir/keys/mingcha.key
    algorithms: Name = "international"  # of new keys
    anchor_file: File = None  # data_dir/keys/anchor.log
    timezone: str = "Asia/Shanghai"
    language: str = DEFAULT_LANGUAGE
    session_days: int = Field(default=30, ge=1, le=365)  # a session on the pages that is used lasts so long at most
    release_minutes: int = Field(default=30, ge=0, le=240)  # what is handed over leaves together, once in so many
    office_phone: str = ""  # told to whoever asks for it in the chat, as are the next two
    office_address: str = ""
    office_hours: str = ""
    proxies: str = ""  # whose word about a visitor's address is believed: addresses and networks
    work: bool = True  # whether `serve` also sends and runs the jobs
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info")

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise ValueError("language")
        return value

    @field_validator("proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        try:
            networks(value)
        except ValueError as error:
            raise ValueError("proxies") from error
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

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'mingcha.db').as_posix()}"

    @property
    def is_new(self) -> bool:
        """Whether the SQLite database does not exist yet, so that merely looking at it would create it."""
        parsed = parse(self.database)
        return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()

    @property
    def evidence_path(self) -> Path:
        return self.data_dir / "evidence"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.data_dir / "keys" / "mingcha.key"

    @property
    def anchor_path(self) -> Path:
        return self.anchor_file or self.data_dir / "keys" / "anchor.log"


class _Spoken(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MINGCHA_", env_file=".env", extra="ignore")

    language: str = DEFAULT_LANGUAGE
    timezone: str = Settings.model_fields["timezone"].default


def spoken() -> tuple[str, ZoneInfo]:
    """The language of the terminal and the city's time zone, known even where another setting is wrong."""
    try:
        wish = _Spoken()
    except (OSError, UnicodeError):  # of `.env`; whoever wants the settings is told
        wish = _Spoken(_env_file=None)  # pyright: ignore[reportCallIssue]
    try:
        zone = ZoneInfo(wish.timezone)
    except (KeyError, ValueError, OSError):  # told likewise
        zone = ZoneInfo(_Spoken.model_fields["timezone"].default)
    return wish.language if wish.language in LANGUAGES else DEFAULT_LANGUAGE, zone


def nearest_names() -> dict[str, str]:
    """Names set under our prefix, in the environment or in `.env`, that are no setting: each with the one it resembles.

    One that resembles none, such as a container host sets for a service of our name, stands with an empty string.
    """
    given = {*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars}
    known = {f"mingcha_{name}": name for name in Settings.model_fields}
    unknown = sorted(name for name in given if name.startswith("mingcha_") and name not in known)
    return {name.upper(): _nearest(name.removeprefix("mingcha_")) for name in unknown}


def _nearest(name: str) -> str:
    near = get_close_matches(name, Settings.model_fields, 1, ALIKE)
    return f"MINGCHA_{near[0].upper()}" if near else ""
