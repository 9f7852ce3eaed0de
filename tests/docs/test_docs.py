"""What README and docs name is there: files, functions, columns, commands, settings; and the twins match."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli
from bot.build import Program
from bot.serve import assemble
from bot.settings import Settings
from bot.terminal import Terminal
from handlers.all import JOURNEYS
from models.tables import metadata
from templates import LANGUAGES, Texts

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])
TWINS = [("README.md", "README.en.md"), ("docs/architecture.zh.md", "docs/architecture.md")]
TWINS += [(f"docs/{name}.zh.md", f"docs/{name}.md") for name in ("operations", "security", "sms")]
TWINS += [("docs/reliability.zh.md", "docs/reliability.md")]
PACKAGES = (
    "bot",
    "handlers",
    "channels",
    "web",
    "scheduler",
    "services",
    "conversation",
    "media",
    "models",
    "templates",
    "rulebooks",
    "migrations",
    "benchmarks",
    "tests",
)
FILE = re.compile(r"[\w./-]+\.(?:py|toml|txt|j2|html|md|sh|mako)|(?:[\w-]+/)+[\w-]+/?")
DOTTED = re.compile(r"[a-z_]\w*(?:\.\w+)+")
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def blocks(page: Path) -> list[str]:
    return re.findall(r"```(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def spans(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(page))


def there(dotted: str) -> bool:
    """Whether `package.module.Class.method`, or `table.column`, can be looked up."""
    first, *rest = dotted.split(".")
    if first in metadata.tables and first not in PACKAGES:
        return len(rest) == 1 and rest[0] in metadata.tables[first].c
    found = importlib.import_module(first)
    path = first
    for name in rest:
        path = f"{path}.{name}"
        if not hasattr(found, name):
            try:
                found = importlib.import_module(path)
            except ModuleNotFoundError:
                fields = getattr(found, "__annotations__", {})
                return name in fields and path == dotted
            continue
        found = getattr(found, name)
    return True


def ours(page: Path) -> Iterator[str]:
    for span in spans(page):
        first = span.partition(".")[0]
        if DOTTED.fullmatch(span) and not FILE.fullmatch(span) and (first in PACKAGES or first in metadata.tables):
            yield span


@by_name
def test_every_file_named_exists(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", prose(page)) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    named = [span for span in spans(page) if FILE.fullmatch(span) and span.split("/")[0] in (*PACKAGES, "docs")]
    assert [name for name in named if not (ROOT / name).exists()] == []


@by_name
def test_every_function_named_exists(page: Path) -> None:
    assert [name for name in ours(page) if not there(name)] == []


@by_name
def test_every_command_named_exists(page: Path) -> None:
    terminal = Terminal(Texts("zh", lambda: pytest.fail("no moment is said")))
    commands = {command.name for command in cli.commands(terminal).registered_commands}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)mingcha ([a-z]+)", text, re.MULTILINE)) <= commands
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets


@by_name
def test_every_setting_named_exists(page: Path) -> None:
    named = re.findall(r"MINGCHA_([A-Z_]*[A-Z])", page.read_text(encoding="utf-8"))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_settings_table_is_whole() -> None:
    for page in (ROOT / "docs").glob("operations*.md"):
        told = re.findall(r"^\| `MINGCHA_([A-Z_]+)`", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(name.lower() for name in told) == sorted(Settings.model_fields)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_address_named_is_served(program: Program) -> None:
    served = {resource.canonical for resource in assemble(program).app.router.resources()}
    elsewhere = {"/telegram/webhook", "/newbot"}  # served where a token is set; said to @BotFather
    elsewhere |= {"/sms/in", "/sms/report"}  # served where a carrier is set
    known = served | {f"/{name}" for name in JOURNEYS} | elsewhere
    named = [span for page in PAGES for span in spans(page) if re.fullmatch(r"/[a-z/]+(\?.*)?", span)]
    assert {span.partition("?")[0] for span in named} <= known


@pytest.mark.parametrize(("chinese", "english"), TWINS)
def test_the_twins_match(chinese: str, english: str) -> None:
    assert len(LANGUAGES) == len((chinese, english))
    one, other = ROOT / chinese, ROOT / english
    levels = [re.findall(r"^(#+) ", prose(page), re.MULTILINE) for page in (one, other)]
    assert levels[0] == levels[1]
    assert blocks(one) == blocks(other)
    assert sorted(ours(one)) == sorted(ours(other))


@by_name
def test_no_page_names_this_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert not re.search(r"/(?:home|root|tmp)/", text)


def test_pictures_are_light() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 150 * 1024] == []
