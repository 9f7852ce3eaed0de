"""The terminal at which a command was typed: it speaks one language, and tells an expected failure in plain words."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import typer
from pydantic import ValidationError

from bot.channels import KINDS
from bot.settings import Settings, nearest_names
from models.database import DatabaseAway
from services.foundation.keys import KeyTrouble
from templates import Texts

WORDS = (
    "terminal",
    "rulebook",
    *(kind.words for kind in KINDS),
)  # template files for the terminal; each block is in one of them
UNHEARD = 128 + signal.SIGPIPE  # the exit code of tools whose reader has gone


class Stop(Exception):
    """Ends the command with a message for the person: a template block and its values, or several of these."""

    def __init__(self, words: str, **values: Any) -> None:
        super().__init__(words)
        self.said: Sequence[tuple[str, Mapping[str, Any]]] = [(words, values)]

    @classmethod
    def all(cls, said: Iterable[tuple[str, Mapping[str, Any]]]) -> Stop:
        (words, values), *others = said
        stop = cls(words, **values)
        stop.said = [(words, values), *others]
        return stop


class Terminal:
    """Speaks one language to the person who typed the command."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._named = False  # whether the unknown settings have been told already

    def word(self, block: str, **values: Any) -> str:
        file = next((file for file in WORDS if self.texts.has(file, block)), WORDS[0])
        return self.texts.say(file, block, values)

    def tell(self, block: str, **values: Any) -> None:
        typer.echo(self.word(block, **values))

    def agrees(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> bool:
        """Whether the person says yes to what these words ask; no where nobody sits at a terminal."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return False
        for block, values in asked:
            typer.echo(self.word(block, **values))
        typer.echo(self.word("yes_or_no") + " ", nl=False)
        return sys.stdin.readline().strip().lower() in self.word("yes").split()

    def settings(self, *, names: bool = True) -> Settings:
        """The settings. Raises Stop for whatever is wrong with them and, with `names`, for a misspelt name."""
        try:
            settings = Settings()
        except ValidationError as error:
            raise Stop.all(_wrong(one, self.texts) for one in error.errors()) from error
        except (OSError, UnicodeError) as error:
            raise Stop("env_file") from error
        near = nearest_names() if names else {}
        if misspelt := [(name, meant) for name, meant in near.items() if meant]:
            raise Stop.all(("misspelt", {"name": name, "meant": meant}) for name, meant in misspelt)
        if near and not self._named:
            self._named = True
            typer.echo(self.word("unknown_names", names=list(near)), err=True)
        return settings

    @contextmanager
    def plainly(self) -> Iterator[None]:
        """Turns every expected failure into one clear line and exit code 1."""
        try:
            yield
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read our words has heard enough, as `head` has
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(UNHEARD) from None
        except Stop as stop:
            self._stop(*stop.said)
        except KeyTrouble:
            self._stop(("bad_key", {"file": self.settings().key_path}))
        except DatabaseAway:
            self._stop(("database_away", {}))
        except OSError as error:
            if error.filename is None:
                raise
            self._stop(_unwritten(error, Path(error.filename)))

    def _stop(self, *said: tuple[str, Mapping[str, Any]]) -> None:
        for block, values in said:
            typer.echo(self.word(block, **values), err=True)
        raise typer.Exit(1)


def _unwritten(error: OSError, file: Path) -> tuple[str, Mapping[str, Any]]:
    """The words for a file that could not be opened: what is in the way, by its own name."""
    if isinstance(error, FileNotFoundError) and not file.parent.is_dir():
        return "no_folder", {"folder": file.parent}
    if isinstance(error, IsADirectoryError):
        return "is_folder", {"file": file}
    return "not_written", {"file": file}


@contextmanager
def writing(file: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file to be written, which must not be there yet unless with `force`. Raises Stop. What fails leaves no part."""
    try:
        out = file.open("wb" if force else "xb")
    except FileExistsError:
        raise Stop("would_overwrite", file=file) from None
    try:
        with out:
            yield out
    except BaseException as error:
        if not force:
            file.unlink()
        if isinstance(error, OSError) and error.filename is None:  # as where the disk is full
            error.filename = str(file)
        raise


def _wrong(error: Any, texts: Texts) -> tuple[str, Mapping[str, Any]]:
    """The words for a wrong setting: a template block named after the validator's own code or else the setting."""
    cause = str(error.get("ctx", {}).get("error", ""))
    name = str(error["loc"][0]) if error["loc"] else ""
    for code in (cause, name):
        if any(texts.has(file, f"setting_{code}") for file in WORDS):
            return f"setting_{code}", {}
    return "setting_other", {"name": f"MINGCHA_{name}".upper()}
