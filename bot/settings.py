"""Settings from the environment or `.env`, each with the prefix MINGCHA_."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from bot.channels import KINDS
from channels.settings import Reached
from models.database import parse
from templates import DEFAULT_LANGUAGE, LANGUAGES


class Settings(*(kind.settings for kind in KINDS if kind.settings), Reached):
    """Every setting with its default. A wrong one raises ValidationError, whose cause names a block of the words.

    The channels bring their own settings (`channels.telegram.settings` and so on).
    """

    data_dir: Path = Path("var")
    database_url: str = ""  # SQLite under data_dir
    key_file: Path | None = None  # data_dir/keys/mingcha.key
    anchor_file: Path | None = None  # data_dir/keys/anchor.log
    timezone: str = "Asia/Shanghai"
    language: str = DEFAULT_LANGUAGE
    work: bool = True  # whether `serve` also sends and runs the jobs
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info")

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise ValueError("language")
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
    def key_path(self) -> Path:
        return self.key_file or self.data_dir / "keys" / "mingcha.key"

    @property
    def anchor_path(self) -> Path:
        return self.anchor_file or self.data_dir / "keys" / "anchor.log"


class _Language(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MINGCHA_", env_file=".env", extra="ignore")

    language: str = DEFAULT_LANGUAGE


def spoken_language() -> str:
    """The language of the terminal, known even where another setting is wrong."""
    wish = _Language().language
    return wish if wish in LANGUAGES else DEFAULT_LANGUAGE


def unknown_names() -> list[str]:
    """Names set under our prefix, in the environment or in `.env`, that are no setting: most likely misspelled."""
    given = {*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars}
    known = {f"mingcha_{name}" for name in Settings.model_fields}
    return sorted(name.upper() for name in given if name.startswith("mingcha_") and name not in known)
