"""A wrong setting stops the start with one clear line; a right one is understood however it is spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from models.database import BadDatabaseUrl, parse
from tests.conftest import settings_for
from tests.drivers.command import mingcha


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LISTEN", "8080"),
        ("LISTEN", "127.0.0.1:99999"),
        ("TIMEZONE", "Mars/Olympus"),
        ("ALGORITHMS", "sm4"),
        ("LANGUAGE", "fr"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "nonsense"),
        ("PUBLIC_URL", "example"),
        ("PUBLIC_URL", "https://x.cn/mingcha"),
        ("TELEGRAM_TOKEN", "abc"),
        ("TELEGRAM_MODE", "pigeon"),
        ("TELEGRAM_API_URL", "localhost:8081"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path, name: str, value: str) -> None:
    done = mingcha(tmp_path, "migrate", **{f"MINGCHA_{name}": value})
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert f"MINGCHA_{name}" in line
    assert not (tmp_path / "var" / "mingcha.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://x.cn/mingcha",
        "https://x.cn/?a=1",
        "https://x.cn?a",
        "https://x.cn#a",
        "https://u:p@x.cn",
        "https://x.cn ",
        " https://x.cn",
        "https://x.cn\n",
        "https://x.cn:99999",
        "https://x.cn:",
        "https://x.cn\\a",
        "https://",
        "ftp://x.cn",
    ],
)
def test_the_public_address_is_that_of_a_whole_site(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        settings_for(tmp_path, public_url=url)


@pytest.mark.parametrize(
    "url", ["https://x.cn", "http://10.0.0.1:8080", "https://[2001:db8::1]:8443", "https://效能.cn"]
)
def test_a_slash_after_the_public_address_is_taken_off(tmp_path: Path, url: str) -> None:
    assert {settings_for(tmp_path, public_url=url + end).site for end in ("", "/", "//")} == {url}
    assert settings_for(tmp_path, public_url=url.upper()).site == url


def test_a_webhook_without_a_secret_does_not_start(tmp_path: Path) -> None:
    wanted = {"MINGCHA_TELEGRAM_TOKEN": "1:a", "MINGCHA_TELEGRAM_MODE": "webhook"}
    done = mingcha(tmp_path, "migrate", **wanted)
    assert "MINGCHA_TELEGRAM_WEBHOOK_SECRET" in done.stderr
    done = mingcha(tmp_path, "migrate", **wanted, MINGCHA_TELEGRAM_WEBHOOK_SECRET="s")
    assert "MINGCHA_PUBLIC_URL" in done.stderr


def test_settings_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINGCHA_LISTEN=127.0.0.1:1\nMINGCHA_TELEGRAM_TOKEN=\n")
    settings = Settings(_env_file=tmp_path / ".env")  # pyright: ignore[reportCallIssue]
    assert settings.address == ("127.0.0.1", 1)
    assert settings.telegram_token is None


@pytest.mark.parametrize(
    ("spelled", "driver"),
    [
        ("sqlite:///x.db", "sqlite+pysqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+pysqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql+asyncpg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_every_common_spelling_of_a_database_is_understood(spelled: str, driver: str) -> None:
    assert parse(spelled).drivername == driver


def test_another_database_is_refused() -> None:
    with pytest.raises(BadDatabaseUrl):
        parse("mysql://h/d")


def test_the_site_is_where_it_listens_unless_said_otherwise(tmp_path: Path) -> None:
    assert settings_for(tmp_path).site == "http://127.0.0.1:8080"
    assert settings_for(tmp_path, public_url="https://x.example/").site == "https://x.example"
    assert settings_for(tmp_path, listen="0.0.0.0:80").site == "http://127.0.0.1:80"
