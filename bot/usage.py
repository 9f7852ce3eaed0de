"""How a command is used, in the terminal's language: what `--help` shows, and what is said where it was typed wrong.

The library has its words in English only, and cuts long Chinese lines. So both are our own templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot.terminal import Terminal

MISUSED = 2  # the exit code


class Misused(typer.TyperException):
    """A command was typed wrong: its context, the template block that tells it, and the values."""

    def __init__(self, ctx: Any, words: str, values: Mapping[str, Any]) -> None:
        super().__init__(words)
        self.ctx, self.words, self.values = ctx, words, values


class SpokenCommand(TyperCommand):
    """A command that explains itself in the language of the terminal, which is its context's object."""

    allow_extra_args = True  # so that they are told here

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _told(ctx):
            extra = super().parse_args(ctx, args)
        if extra:
            raise Misused(ctx, "extra_words", {"extra": extra})
        return extra

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_explained(ctx))


class SpokenGroup(TyperGroup):
    """All commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _told(ctx):
            return super().parse_args(ctx, args[args[:1] == ["--"] :])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands:
            near = get_close_matches(args[0], self.commands)
            raise Misused(ctx, "no_such_command", {"name": args[0], "near": near})
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_explained(ctx))


def tell_misuse(terminal: Terminal, misused: Misused) -> int:
    """Says what was typed wrong and how it is right; without any command, what there is. Returns the exit code."""
    if misused.words:
        typer.echo(terminal.word(misused.words, **misused.values), err=True)
        typer.echo(_usage(misused.ctx), err=True)
        typer.echo(terminal.word("more_help", command=misused.ctx.command_path), err=True)
    else:
        typer.echo(_explained(misused.ctx))
    return MISUSED


@contextmanager
def _told(ctx: Any) -> Iterator[None]:
    """Raises Misused for whatever the library says of the words that were typed."""
    try:
        yield
    except typer.TyperException as error:
        raise Misused(ctx, *_cause(ctx, error)) from error


def _cause(ctx: Any, error: Any) -> tuple[str, Mapping[str, Any]]:
    """The template block for an error of the library, and its values; no block where nothing at all was typed."""
    match type(error).__name__:
        case "NoSuchOption":
            return "no_such_option", {"name": error.option_name, "near": error.possibilities or ()}
        case "MissingParameter":
            return "word_missing", _entry(error.param)
        case "BadParameter":
            return "word_wrong", _entry(error.param)
        case "BadOptionUsage":
            [option] = [one for one in ctx.command.params if error.option_name in one.opts]
            return "option_unfinished", _entry(option)
        case _:
            return "", {}


def _explained(ctx: Any) -> str:
    terminal: Terminal = ctx.obj
    commands = getattr(ctx.command, "commands", {})
    values = {"commands": {name: one.help for name, one in commands.items()}, "help": ctx.command.help}
    return terminal.word("explained", usage=_usage(ctx), **values, **_parts(ctx))


def _usage(ctx: Any) -> str:
    terminal: Terminal = ctx.obj
    return terminal.word("usage", command=ctx.command_path, group=hasattr(ctx.command, "commands"), **_parts(ctx))


def _parts(ctx: Any) -> dict[str, Sequence[Mapping[str, Any]]]:
    entries = [(param.param_type_name, _entry(param)) for param in ctx.command.params]
    return {f"{kind}s": [entry for of, entry in entries if of == kind] for kind in ("argument", "option")}


def _entry(param: Any) -> Mapping[str, Any]:
    """What the templates say of an argument or an option."""
    takes = "" if getattr(param, "is_flag", False) else param.metavar or param.name.upper()
    names = [] if param.param_type_name == "argument" else [*param.opts, *param.secondary_opts]
    default = "" if param.default is None or isinstance(param.default, bool) else param.default
    limits = {"low": getattr(param, "min", None), "high": getattr(param, "max", None)}
    told = {"names": " / ".join(names), "takes": takes, "help": param.help, "default": default, **limits}
    return {**told, "required": param.required, "many": param.multiple}
