"""The command line: `mingcha serve | work | demo | migrate | doctor | backup | restore | export | …`.

Every word of ours comes from templates/<language>/chat: from `terminal.j2` and from one file per channel. The
commands are therefore made when `main` runs.
"""

# Annotations are evaluated here: typer reads them, and the help texts come from the templates.
import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from bot import privacy
from bot.channels import KINDS
from bot.settings import Settings, nearest_names, spoken_language
from models.database import DatabaseAway
from services.foundation.act import Act
from services.foundation.vault import KeyTrouble
from templates import Texts

WORDS = (
    "terminal",
    "rulebook",
    *(kind.words for kind in KINDS),
)  # template files for the terminal; each block is in one of them
MARKS = {"good": "✓", "note": "–", "bad": "✗"}


class Stop(Exception):
    """Ends the command with a message for the person: a template block and its values, or several of these."""

    def __init__(self, words: str, **values: Any) -> None:
        super().__init__(words)
        self.said: Sequence[tuple[str, Mapping[str, Any]]] = [(words, values)]

    @classmethod
    def all(cls, said: Iterable[tuple[str, Mapping[str, Any]]]) -> "Stop":
        (words, values), *others = said
        stop = cls(words, **values)
        stop.said = [(words, values), *others]
        return stop


def main() -> None:
    """The `mingcha` command."""
    privacy.close_new_files()
    texts = Texts(spoken_language(), lambda: datetime.now(UTC))
    commands(Terminal(texts))()


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
        except Stop as stop:
            self._stop(*stop.said)
        except KeyTrouble:
            self._stop(("bad_key", {"file": self.settings().key_path}))
        except DatabaseAway:
            self._stop(("database_away", {}))
        except OSError as error:
            if error.filename is None:
                raise
            self._stop(("not_written", {"file": error.filename}))

    def _stop(self, *said: tuple[str, Mapping[str, Any]]) -> None:
        for block, values in said:
            typer.echo(self.word(block, **values), err=True)
        raise typer.Exit(1)


def _wrong(error: Any, texts: Texts) -> tuple[str, Mapping[str, Any]]:
    """The words for a wrong setting: a template block named after the validator's own code or else the setting."""
    cause = str(error.get("ctx", {}).get("error", ""))
    name = str(error["loc"][0]) if error["loc"] else ""
    for code in (cause, name):
        if any(texts.has(file, f"setting_{code}") for file in WORDS):
            return f"setting_{code}", {}
    return "setting_other", {"name": f"MINGCHA_{name}".upper()}


def commands(terminal: Terminal) -> typer.Typer:
    """The commands, with their help in the terminal's language."""
    app = typer.Typer(
        help=terminal.word("help"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    say = terminal.word

    def command(run: Callable[..., None]) -> None:
        name = run.__name__.rstrip("_")
        app.command(name, help=say(f"help_{name}"))(run)

    @command
    def serve(work: Annotated[bool | None, typer.Option("--work/--no-work", help=say("help_no_work"))] = None) -> None:
        with terminal.plainly():
            _serve(terminal, demo=False, work=work)

    @command
    def work() -> None:
        with terminal.plainly():
            _work(terminal)

    @command
    def demo() -> None:
        with terminal.plainly():
            _serve(terminal, demo=True, work=True)

    @command
    def migrate() -> None:
        with terminal.plainly():
            _migrate(terminal)

    @command
    def doctor() -> None:
        from bot.doctor import examine

        with terminal.plainly():
            found = asyncio.run(examine(terminal.settings(names=False)))
            for one in found:
                typer.echo(f"{MARKS[one.level]} {say(one.words, **one.values)}")
            if any(one.level == "bad" for one in found):
                raise typer.Exit(1)

    @command
    def backup(
        file: Annotated[Path | None, typer.Argument(help=say("help_backup_file"))] = None,
        with_key: Annotated[bool, typer.Option("--with-key", help=say("help_with_key"))] = False,
    ) -> None:
        with terminal.plainly():
            _backup(terminal, file, with_key)

    @command
    def restore(file: Annotated[Path, typer.Argument(help=say("help_restore_file"))]) -> None:
        with terminal.plainly():
            _restore(terminal, file)

    @command
    def export(
        what: Annotated[str, typer.Argument(help=say("help_what"))],
        form: Annotated[str, typer.Option("--format", help=say("help_format"))] = "jsonl",
        output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help_output"))] = None,
    ) -> None:
        with terminal.plainly():
            _export(terminal, what, form, output)

    @command
    def preview(page: Annotated[Path, typer.Argument(help=say("help_page"))] = Path("var/preview.html")) -> None:
        from bot.preview import write_preview

        with terminal.plainly():
            page.parent.mkdir(parents=True, exist_ok=True)
            write_preview(page)
            terminal.tell("preview_written", file=page)

    @command
    def units(
        file: Annotated[Path, typer.Argument(help=say("help_file"))],
        renamed: Annotated[bool, typer.Option("--renamed", help=say("help_renamed"))] = False,
    ) -> None:
        with terminal.plainly():
            _load_units(terminal, file, renamed)

    @command
    def invite(
        name: Annotated[str, typer.Argument(help=say("help_name"))],
        role: Annotated[str, typer.Option(help=say("help_role"))],
        unit: Annotated[list[str] | None, typer.Option(help=say("help_unit"))] = None,
        phone: Annotated[str, typer.Option(help=say("help_phone"))] = "",
        person: Annotated[str, typer.Option(help=say("help_person"))] = "",
        new: Annotated[bool, typer.Option("--new", help=say("help_new"))] = False,
        days: Annotated[int, typer.Option(help=say("help_days"), min=1, max=90)] = 7,
    ) -> None:
        with terminal.plainly():
            _invite(terminal, name, role, unit or [], days, phone=phone, person=person, new=new)

    return app


def _program(terminal: Terminal, settings: Settings | None = None) -> Any:
    """The program, once settings and rulebooks have been found to be in order."""
    from bot import rulebooks
    from bot.build import build

    settings = settings or terminal.settings()
    if faults := rulebooks.faults():
        raise Stop.all((one.words, one.values) for one in rulebooks.told(faults))
    privacy.act_as_owner(settings.data_dir)
    return build(settings)


def _current(program: Any) -> None:
    from migrations.run import is_current

    if not is_current(program.database):
        raise Stop("not_migrated")


def _migrate(terminal: Terminal) -> None:
    from migrations.run import migrate

    settings = terminal.settings()
    as_root = privacy.made_as_root(settings.data_dir)
    program = _program(terminal, settings)
    if as_root:
        typer.echo(terminal.word("made_as_root", folder=settings.data_dir), err=True)
    terminal.tell("migrating")
    sys.stdout.flush()
    migrate(program.database)
    program.close()
    terminal.tell("migrated")


def _serve(terminal: Terminal, *, demo: bool, work: bool | None) -> None:
    from bot import logs
    from bot.serve import Unheard, serve
    from migrations.run import migrate
    from services.demo import start_demo

    settings = terminal.settings()
    if demo:
        settings = _for_demo(settings)
    logs.configure(settings.log_level)
    program = _program(terminal, settings)
    program.is_demo = demo
    links: dict[str, str] = {}
    if demo:
        terminal.tell("preparing_demo")
        sys.stdout.flush()
        migrate(program.database)
        links = program.acts.transact(start_demo)
    _current(program)
    program.load_units()

    def ready() -> None:
        modes = {kind.name: mode for kind in KINDS if (mode := kind.mode(settings))}
        terminal.tell("started", site=settings.site, modes=modes)
        if links:
            terminal.tell("demo_links", site=settings.site, **links)
        sys.stdout.flush()

    try:
        asyncio.run(serve(program, ready=ready, work=settings.work if work is None else work))
    except Unheard as unheard:
        raise Stop(f"listen_{unheard.code}", listen=settings.listen) from unheard
    finally:
        program.close()


def _for_demo(settings: Settings) -> Settings:
    """The settings, completed with what each channel needs for the demo wherever nothing is set."""
    quiet = {} if "log_level" in settings.model_fields_set else {"log_level": "warning"}  # nothing follows the welcome
    wanted = [item for kind in KINDS for item in kind.demo.items() if getattr(settings, item[0]) is None]
    return settings.model_copy(update={**quiet, **dict(wanted)})


def _work(terminal: Terminal) -> None:
    from bot import logs
    from bot.work import work

    settings = terminal.settings()
    logs.configure(settings.log_level)
    program = _program(terminal)
    _current(program)
    program.load_units()

    def ready() -> None:
        terminal.tell("working")
        sys.stdout.flush()

    try:
        asyncio.run(work(program, ready=ready))
    finally:
        program.close()


def _export(terminal: Terminal, what: str, form: str, output: Path | None) -> None:
    from services import oversight
    from services.oversight import SheetWords

    for value, choices in ((what, oversight.WHAT), (form, oversight.FORMS)):
        if value not in choices:
            raise Stop("bad_choice", value=value, choices=choices)
    program = _program(terminal)

    zone = program.settings.zone
    words = SheetWords(terminal.texts, zone, what)

    def write(tx: Any) -> int:
        columns, found = oversight.COLUMNS[what], oversight.export_rows(tx, what, zone)
        if output is None:
            return oversight.write_table(sys.stdout.buffer, form, columns, found, words)
        with output.open("wb") as out:
            return oversight.write_table(out, form, columns, found, words)

    _current(program)
    count = program.database.look(write)
    program.close()
    if output is not None:
        terminal.tell("exported", count=count, file=output)


def _backup(terminal: Terminal, file: Path | None, with_key: bool) -> None:
    from bot.backup import back_up
    from models.copying import CopyTrouble

    settings = terminal.settings()
    file = file or Path(f"mingcha-{datetime.now(settings.zone):%Y%m%d-%H%M%S}.tar")
    terminal.tell("backing_up")
    sys.stdout.flush()
    try:
        made = back_up(settings, file, with_key=with_key)
    except FileExistsError as error:
        raise Stop("file_exists", file=file) from error
    except CopyTrouble as trouble:
        raise Stop(f"copy_{trouble.code}", reason=trouble.reason) from trouble
    size = max(1, file.stat().st_size // 2**20)
    terminal.tell("backed_up", file=file, count=len(made.files), size=size, key=settings.key_path, with_key=with_key)


def _restore(terminal: Terminal, file: Path) -> None:
    from bot.restore import NotRestored, restore
    from models.copying import CopyTrouble

    settings = terminal.settings()
    if not file.is_file():
        raise Stop("no_archive", file=file)
    terminal.tell("restoring")
    sys.stdout.flush()
    try:
        made = restore(settings, file)
    except NotRestored as no:
        raise Stop(f"restore_{no.code}", file=file, what=no.what) from no
    except CopyTrouble as trouble:
        raise Stop(f"copy_{trouble.code}", reason=trouble.reason) from trouble
    terminal.tell("restored", file=file, count=len(made.files), made_at=made.made_at.astimezone(settings.zone))


def _load_units(terminal: Terminal, file: Path, renamed: bool) -> None:
    from bot import rulebooks
    from rulebooks.reading import BadRules
    from services.demo import read_city, write_city

    if not file.is_file():
        raise Stop("no_file", file=file)
    program = _program(terminal)
    _current(program)
    program.load_units()
    try:
        city = read_city(file, program.units.by_id)
    except BadRules as bad:
        raise Stop.all((one.words, one.values) for one in rulebooks.told(bad.faults)) from bad
    written = program.acts.transact(write_city, city, renamed=renamed)
    program.close()
    terminal.tell("units_loaded", written=written, units=written.units)
    for one in written.heads:
        terminal.tell("head_follows", name=one.name, unit=one.unit, before=one.before)


def _invite(
    terminal: Terminal, name: str, role: str, units: list[str], days: int, *, phone: str, person: str, new: bool
) -> None:
    """Makes a link for the person who is meant: one who is there already keeps being one, a new one is added."""
    from services.foundation.phones import BadNumber, normalised
    from services.people import WITHOUT_UNIT, Grant, Role

    program = _program(terminal)
    _current(program)
    program.load_units()
    if role not in list(Role):
        raise Stop("bad_choice", value=role, choices=tuple(Role))
    for unit in units:
        if program.units.get(unit) is None:
            raise Stop("unknown_unit", value=unit)
    if role not in WITHOUT_UNIT and not units:
        raise Stop("unit_wanted")
    try:
        number = normalised(phone) if phone else None
    except BadNumber:
        raise Stop("phone_wrong", value=phone) from None
    granted = [Grant(role, unit) for unit in units] or [Grant(role, None)]

    def invited(act: Act) -> tuple[str, str]:
        from services.people import add_person, issue_link

        person_id, words = _meant(act, name, number, granted, person, new), "invited_again"
        if not person_id:
            person_id, words = add_person(act, name, granted, phone=number), "invited"
        return words, issue_link(act, person_id, timedelta(days=days))

    words, code = program.acts.transact(invited)
    program.close()
    terminal.tell(words, name=name, days=days, code=code, site=program.settings.site)


def _meant(act: Act, name: str, number: str | None, granted: list[Any], chosen: str, new: bool) -> str:
    """The id of the person to invite; empty for a new one. Stops where it cannot be told who is meant."""
    from services.foundation.phones import masked
    from services.people import alike, grant_roles

    known = alike(act, name, number)
    if chosen:
        known = [one for one in known if one.person.id.startswith(chosen)]
        same = known
    else:
        fits = [one for one in known if number is None or one.person.phone in (None, number)]
        same = [one for one in fits if set(granted) <= set(one.grants)]
    if new or (not known and not chosen):
        return ""
    if len(same) != 1:
        told = [
            {"id": one.person.id, "name": one.person.name, "phone": masked(one.person.phone or ""), "held": one.grants}
            for one in known
        ]
        raise Stop("which_person", people=told, chosen=chosen)
    missing = [one for one in granted if one not in same[0].grants]
    if missing:
        grant_roles(act, same[0].person.id, missing)
    return same[0].person.id
