"""What the templates have to be told, and what words they hold."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, meta, nodes

from templates import HERE


@cache
def variables(language: str, file: str) -> dict[str, frozenset[str]]:
    """What each block of a file needs to be told."""
    source = (HERE / language / "chat" / f"{file}.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True)
    environment.filters |= dict.fromkeys(("moment", "day", "deadline", "ago", "left", "own", "clip", "paragraphs"), str)
    found = {}
    for block in environment.parse(source).find_all(nodes.Block):
        body = nodes.Template(block.body, lineno=1)
        body.set_environment(environment)
        found[block.name] = frozenset(meta.find_undeclared_variables(body))
    return found


@cache
def words(language: str, subject: str) -> dict[str, Any]:
    """What a page can say by `w` or `site`."""
    own = Environment(loader=FileSystemLoader(HERE / language / "web"), autoescape=True)
    own.globals["of_language"] = str
    module = own.get_template(f"{subject}.html").module
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}
