"""The command line: `mingcha serve | work | demo | migrate | doctor | backup | restore | export | …`.

Every word of ours comes from templates/<language>/chat: from `terminal.j2` and from one file per channel. The
commands are therefore made when `main` runs.
"""

# Annotations are evaluated here: typer reads them, and the help texts come from the templates.
import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import privacy
from bot.channels import KINDS
from bot.settings import Settings, spoken
from bot.terminal import Stop, Terminal, writing
from bot.usage import Misused, SpokenCommand, SpokenGroup, tell_misuse
from templates import Texts

MARKS = {"good": "✓", "note": "–", "bad": "✗"}
PREVIEW = Path("var/preview.html")  # a page that is made anew each time


def main() -> None:
    """The `mingcha` command."""
    privacy.close_new_files()
    language, zone = spoken()
    terminal = Terminal(Texts(language, lambda: datetime.now(zone)))
    try:
        code = commands(terminal)(standalone_mode=False)
    except Misused as misused:
        code = tell_misuse(terminal, misused)
    sys.exit(code)


def commands(terminal: Terminal) -> typer.Typer:
    """The commands, with their help in the terminal's language."""
    app = typer.Typer(
        cls=SpokenGroup,
        help=terminal.word("help"),
        context_settings={"obj": terminal},
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    say = terminal.word

    def command(run: Callable[..., None]) -> None:
        app.command(run.__name__, cls=SpokenCommand, help=say(f"help_{run.__name__}"))(run)

    def argument(name: str) -> Any:
        return typer.Argument(help=say(f"help_{name}"), metavar=say(f"takes_{name}"))

    def option(name: str, *spelled: str, within: tuple[int | None, int | None] = (None, None)) -> Any:
        low, high = within
        return typer.Option(*spelled, help=say(f"help_{name}"), metavar=say(f"takes_{name}"), min=low, max=high)

    def flag(name: str, spelled: str) -> Any:
        return typer.Option(spelled, help=say(f"help_{name}"))

    @command
    def serve(work: Annotated[bool | None, flag("no_work", "--work/--no-work")] = None) -> None:
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

    _upkeep(terminal, command, argument, flag)

    @command
    def export(
        what: Annotated[str, argument("what")],
        form: Annotated[str, option("format", "--format")] = "jsonl",
        output: Annotated[Path | None, option("output", "--output", "-o")] = None,
        force: Annotated[bool, flag("force", "--force")] = False,
    ) -> None:
        with terminal.plainly():
            _export(terminal, what, form, output, force=force)

    @command
    def preview(
        page: Annotated[Path, argument("page")] = PREVIEW, force: Annotated[bool, flag("force", "--force")] = False
    ) -> None:
        with terminal.plainly():
            _preview(terminal, page, force=force)

    @command
    def units(
        file: Annotated[Path, argument("file")], renamed: Annotated[bool, flag("renamed", "--renamed")] = False
    ) -> None:
        with terminal.plainly():
            _load_units(terminal, file, renamed)

    @command
    def invite(
        name: Annotated[str, argument("name")],
        role: Annotated[str, option("role")],
        unit: Annotated[list[str] | None, option("unit")] = None,
        phone: Annotated[str, option("phone")] = "",
        person: Annotated[str, option("person")] = "",
        new: Annotated[bool, flag("new", "--new")] = False,
        takes_over: Annotated[bool, flag("takes_over", "--takes-over")] = False,
        days: Annotated[int, option("days", within=(1, 90))] = 7,
    ) -> None:
        from bot.invite import Invitation, link_for

        with terminal.plainly(), _with_units(terminal) as program:
            wanted = Invitation(name, role, unit or [], days, phone, person, new=new, takes_over=takes_over)
            link_for(terminal, program, wanted)

    return app


def _upkeep(
    terminal: Terminal,
    command: Callable[[Callable[..., None]], None],
    argument: Callable[[str], Any],
    flag: Callable[[str, str], Any],
) -> None:
    """The commands that look after what the installation holds."""

    @command
    def migrate() -> None:
        with terminal.plainly():
            _migrate(terminal)

    @command
    def doctor() -> None:
        with terminal.plainly():
            _doctor(terminal)

    @command
    def anchor(anew: Annotated[bool, flag("anew", "--anew")] = False) -> None:
        with terminal.plainly():
            _anchor(terminal, anew=anew)

    @command
    def rotate() -> None:
        with terminal.plainly():
            _rotate(terminal)

    @command
    def forget(now: Annotated[bool, flag("now", "--now")] = False) -> None:
        with terminal.plainly():
            _forget(terminal, now=now)

    @command
    def backup(
        file: Annotated[Path | None, argument("backup_file")] = None,
        with_key: Annotated[bool, flag("with_key", "--with-key")] = False,
    ) -> None:
        with terminal.plainly():
            _backup(terminal, file, with_key)

    @command
    def restore(file: Annotated[Path, argument("restore_file")]) -> None:
        with terminal.plainly():
            _restore(terminal, file)


def _program(terminal: Terminal, settings: Settings | None = None) -> Any:
    """The program, once settings and rulebooks have been found to be in order."""
    from bot import rulebooks
    from bot.build import build, key_is_lost
    from bot.restore import left_half

    settings = settings or terminal.settings()
    if faults := rulebooks.faults():
        raise Stop.all((one.words, one.values) for one in rulebooks.told(faults))
    if half := left_half(settings):
        raise Stop("restore_broken_off", what=half)
    privacy.act_as_owner(settings.data_dir)
    if key_is_lost(settings):
        raise Stop("key_lost", file=settings.key_path)
    return build(settings)


def _current(program: Any) -> None:
    """Raises Stop where the schema is not this version's, and KeyTrouble where the key is not this database's."""
    from migrations.run import is_current
    from services import oversight

    if not is_current(program.database):
        raise Stop("not_migrated")
    program.database.look(oversight.try_key, program.vault)


@contextmanager
def _with_units(terminal: Terminal) -> Iterator[Any]:
    """The program with its units, on a database of this version."""
    program = _program(terminal)
    try:
        _current(program)
        program.load_units()
        yield program
    finally:
        program.close()


def _doctor(terminal: Terminal) -> None:
    from bot.doctor import examine

    found = asyncio.run(examine(terminal.settings(names=False)))
    for one in found:
        typer.echo(f"{MARKS[one.level]} {terminal.word(one.words, **one.values)}")
    if any(one.level == "bad" for one in found):
        raise typer.Exit(1)


def _anchor(terminal: Terminal, *, anew: bool) -> None:
    from services.foundation import anchoring, checkpoints

    program = _program(terminal)
    try:
        _current(program)
        file = program.settings.anchor_path
        fault = asyncio.run(anchoring.anchor(program.acts, file, anew=anew))
        if fault:
            line = checkpoints.anchored(program.vault, file).line
            raise Stop(f"doctor_anchor_{fault}", file=file, line=line)
        terminal.tell("anchored", file=file, key=checkpoints.verifier_of(program.vault))
    finally:
        program.close()


def _rotate(terminal: Terminal) -> None:
    from services import oversight
    from services.foundation.keys import NoMoreKeys

    program = _program(terminal)
    try:
        _current(program)
        terminal.tell("rotating")
        sys.stdout.flush()
        file = program.settings.key_path
        try:
            count = sum(oversight.rotate(program.acts, file, program.settings.algorithms))
        except NoMoreKeys:
            raise Stop("too_many_keys", file=file) from None
        terminal.tell("rotated", count=count, file=file, key=program.vault.identities.newest)
    finally:
        program.close()


def _forget(terminal: Terminal, *, now: bool) -> None:
    from services import cases, oversight

    program = _program(terminal)
    try:
        _current(program)
        kept, acts = oversight.keeping(), program.acts
        if not now:
            identities, words = acts.look(cases.count_forgettable, kept.identities, kept.words)
            terminal.tell("forgettable", identities=identities, words=words, kept=kept)
            return
        identities = words = files = 0
        while count := acts.transact(cases.forget_identities, kept.identities):
            identities += count
        while (gone := acts.transact(cases.forget_words, kept.words))[0]:
            program.store.forget(gone[1])
            words, files = words + gone[0], files + len(gone[1])
        terminal.tell("forgotten", identities=identities, words=words, files=files)
    finally:
        program.close()


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
    from bot.serve import Unheard, listening, serve

    settings = terminal.settings()
    if demo:
        settings = _for_demo(settings)
    logs.configure(settings.log_level, settings.zone)
    try:
        doors = listening(*settings.address)  # before anything: where the address is taken, nothing has begun
    except Unheard as unheard:
        raise Stop(f"listen_{unheard.code}", listen=settings.listen) from unheard
    program = _program(terminal, settings)
    program.is_demo = demo
    links = prepare_demo(terminal, program) if demo else {}
    _current(program)
    program.load_units()

    def ready() -> None:
        modes = {kind.name: mode for kind in KINDS if (mode := kind.mode(settings))}
        terminal.tell("started", site=settings.site, modes=modes)
        if links:
            terminal.tell("demo_links", site=settings.site, **links)
        sys.stdout.flush()

    try:
        asyncio.run(serve(program, ready=ready, work=settings.work if work is None else work, doors=doors))
    finally:
        program.close()


def prepare_demo(terminal: Terminal, program: Any) -> dict[str, str]:
    """Makes what is not there yet, and says what takes time; returns one-time codes by role."""
    from migrations.run import is_current, migrate
    from services.demo import start_demo

    new = not program.database.has_tables()
    if new or not is_current(program.database):
        terminal.tell("preparing_demo" if new else "migrating")
        sys.stdout.flush()
        migrate(program.database)
    program.load_units()
    if not new:
        terminal.tell("demo_there" if program.units.by_id else "loading_demo")
        sys.stdout.flush()
    return program.acts.transact(start_demo)


def _for_demo(settings: Settings) -> Settings:
    """The settings, completed with what each channel needs for the demo wherever nothing is set."""
    quiet = {} if "log_level" in settings.model_fields_set else {"log_level": "warning"}  # nothing follows the welcome
    wanted = [item for kind in KINDS for item in kind.demo.items() if getattr(settings, item[0]) is None]
    waits = {} if "release_minutes" in settings.model_fields_set else {"release_minutes": 0}  # nobody waits for a head
    return settings.model_copy(update={**quiet, **waits, **dict(wanted)})


def _work(terminal: Terminal) -> None:
    from bot import logs
    from bot.work import work

    settings = terminal.settings()
    logs.configure(settings.log_level, settings.zone)
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


def _export(terminal: Terminal, what: str, form: str, output: Path | None, *, force: bool) -> None:
    from services import oversight
    from services.oversight import SheetWords

    for value, choices in ((what, oversight.WHAT), (form, oversight.FORMS)):
        if value not in choices:
            raise Stop("bad_choice", value=value, choices=choices)
    program = _program(terminal)

    zone = program.settings.zone
    words = SheetWords(terminal.texts, zone, what)

    def write(tx: Any) -> int:
        columns, found = oversight.COLUMNS[what], oversight.export_rows(tx, program.vault, what)
        if output is None:
            return oversight.write_table(sys.stdout.buffer, form, columns, found, words)
        with writing(output, force=force) as out:
            return oversight.write_table(out, form, columns, found, words)

    _current(program)
    count = program.database.look(write)
    program.close()
    if output is not None:
        terminal.tell("exported", count=count, file=output)


def _preview(terminal: Terminal, page: Path, *, force: bool) -> None:
    from bot.preview import write_preview

    page.parent.mkdir(parents=True, exist_ok=True)
    with writing(page, force=force or page == PREVIEW) as out:
        write_preview(out)
    terminal.tell("preview_written", file=page)


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
        raise Stop(f"restore_{no.code}", file=file, what=no.what, setting=no.setting) from no
    except CopyTrouble as trouble:
        raise Stop(f"copy_{trouble.code}", reason=trouble.reason) from trouble
    terminal.tell("restored", file=file, count=len(made.files), made_at=made.made_at)


def _load_units(terminal: Terminal, file: Path, renamed: bool) -> None:
    from bot import rulebooks
    from rulebooks.reading import BadRules
    from services.demo import read_city, write_city

    if not file.is_file():
        raise Stop("no_file", file=file)
    with _with_units(terminal) as program:
        try:
            city = read_city(file, program.units.by_id)
        except BadRules as bad:
            raise Stop.all((one.words, one.values) for one in rulebooks.told(bad.faults)) from bad
        written = program.acts.transact(write_city, city, renamed=renamed)
    terminal.tell("units_loaded", written=written, units=written.units)
    for one in written.heads:
        terminal.tell("head_follows", name=one.name, unit=one.unit, before=one.before, linked=False)
