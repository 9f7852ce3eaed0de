"""The words of the pages: every name is defined in every language and used."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

import pytest
from jinja2 import Environment, nodes

from templates import HERE, LANGUAGES
from tests.drivers.template_words import words
from web.site import site

ROOT, SHARED = HERE.parent, HERE / "shared"
PAGES = sorted(str(path.relative_to(SHARED)) for path in SHARED.rglob("*.html"))
SUBJECTS = sorted(path.stem for path in (HERE / LANGUAGES[0] / "web").glob("*.html"))
SITE = "site"  # the words that every subject's pages may say


def shape(value: Any) -> object:
    """What has to be the same in every language: the keys, the arguments, the number."""
    if isinstance(value, dict):
        return {key: shape(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return len(value)
    return getattr(value, "arguments", type(value).__name__)


@cache
def tree(page: str) -> nodes.Template:
    return Environment(autoescape=True).parse((SHARED / page).read_text(encoding="utf-8"))


@cache
def imported(page: str) -> dict[str, str]:
    """The file behind each alias of a page."""
    found = tree(page).find_all(nodes.Import)
    return {one.target: one.template.value for one in found if isinstance(one.template, nodes.Const)}


@cache
def asked(page: str) -> set[tuple[str, str]]:
    """Each `alias.name` of a page."""
    found = tree(page).find_all(nodes.Getattr)
    return {(one.node.name, one.attr) for one in found if isinstance(one.node, nodes.Name)}


@cache
def read() -> set[tuple[str, str]]:
    """What the program itself reads of a subject's words: `texts.of_page(subject, name)`."""
    sources = (path.read_text("utf-8") for folder in ("services", "web") for path in (ROOT / folder).rglob("*.py"))
    return {found for source in sources for found in re.findall(r'of_page\("(\w+)", "(\w+)"\)', source)}


@cache
def macros(page: str) -> set[str]:
    return {macro.name for macro in tree(page).find_all(nodes.Macro)}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_language_defines_the_same_names(subject: str) -> None:
    chinese, *others = ({n: shape(v) for n, v in words(language, subject).items()} for language in LANGUAGES)
    assert all(other == chinese for other in others)
    for language in LANGUAGES:
        assert sorted(path.stem for path in (HERE / language / "web").iterdir()) == SUBJECTS


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_only_what_its_subject_and_the_site_define(page: str) -> None:
    files, subject = imported(page), page.split("/", maxsplit=1)[0]
    spoken = {alias: file.removesuffix(".html") for alias, file in files.items() if "/" not in file}
    assert spoken.items() <= {"w": subject, SITE: SITE}.items()
    assert "w" not in spoken or subject != SITE
    aliases = {alias for other in PAGES for alias in imported(other)}
    assert {alias for alias, _ in asked(page) if alias in aliases} <= files.keys(), "each page imports what it says"
    for alias, name in asked(page):
        if alias in spoken:
            assert name in words(LANGUAGES[0], spoken[alias]), f"{alias}.{name}"
        elif alias in files:
            assert name in macros(files[alias]), f"{alias}.{name}"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_word_is_left_that_no_page_says(subject: str) -> None:
    alias = SITE if subject == SITE else "w"
    spoken = {
        name
        for page in PAGES
        if imported(page).get(alias) == f"{subject}.html"
        for own, name in asked(page)
        if own == alias
    }
    if subject == SITE:
        spoken |= {f"nav_{page.name}" for page in site.PAGES}
    spoken |= {name for file, name in read() if file == subject}
    assert words(LANGUAGES[0], subject).keys() - spoken == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_bar_has_a_title(language: str) -> None:
    assert {f"nav_{page.name}" for page in site.PAGES} <= words(language, SITE).keys()


def test_no_page_is_left_that_nobody_draws() -> None:
    drawn = {node.value for page in PAGES for node in tree(page).find_all(nodes.Const)}
    for path in (path for folder in ("web", "bot", "channels") for path in (ROOT / folder).rglob("*.py")):
        drawn |= {node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)}
    assert set(PAGES) - drawn == set()


def test_there_is_one_way_back() -> None:
    """It looks the same wherever it stands; on paper it is a button, as a page to print has others beside it."""
    written = [page for page in PAGES if 'id="back"' in (SHARED / page).read_text(encoding="utf-8")]
    assert written == ["site/paper.html", "site/parts.html"]
