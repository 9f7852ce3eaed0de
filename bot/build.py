"""The one place that wires the program. A test passes its own clock and settings; nothing else is ever global."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot import privacy
from bot.channels import KINDS
from bot.settings import Settings
from channels.channel import ChannelKind
from channels.render import Phrases
from handlers.all import JOURNEYS
from handlers.placing import find_place
from handlers.receipts import take_receipt
from handlers.sources import SOURCES
from models.database import Database
from services import desk, oversight
from services.calendar import limits
from services.evidence import Store, upload_limits
from services.foundation.act import Acts
from services.foundation.anchoring import Anchoring
from services.foundation.bells import Bells
from services.foundation.keys import Growing, load_keys
from services.foundation.vault import Vault
from services.obligations import in_batches
from services.talk import Office, Talk, Tools
from services.units import Directory, load_units
from templates import Texts, load_texts
from web.site import assets

Clock = Callable[[], datetime]


@dataclass
class Program:
    """Everything that the ways in and the ways out are built from."""

    settings: Settings
    clock: Clock  # this moment in the office's time zone
    acts: Acts
    store: Store
    texts: dict[str, Texts]
    tools: Tools
    talk: Talk
    anchoring: Anchoring
    search: desk.Search
    channel_kinds: Sequence[ChannelKind] = KINDS
    is_demo: bool = False
    units: Directory = field(default_factory=Directory)

    @property
    def database(self) -> Database:
        return self.acts.database

    @property
    def vault(self) -> Vault:
        return self.acts.vault

    @property
    def bells(self) -> Bells:
        return self.acts.bells

    @property
    def language(self) -> str:
        return self.settings.language

    @property
    def assets_version(self) -> str:
        return assets.version()

    def load_units(self) -> None:
        """Reads the units again. Called at the start and now and then, because units change a few times a year."""
        self.units = self.database.look(load_units)

    async def follow_units(self) -> None:
        self.units = await self.database.read(load_units)

    def close(self) -> None:
        self.database.close()


def utc_now() -> datetime:
    return datetime.now(UTC)


def key_is_lost(settings: Settings) -> bool:
    """Whether there is a database that needs its key, and no key: a start would make one that opens nothing of it."""
    if settings.key_path.exists() or settings.is_new:
        return False
    database = Database(settings.database)
    try:
        return database.has_tables() and database.look(oversight.holds_sealed)
    finally:
        database.close()


def build(
    settings: Settings, *, clock: Clock | None = None, machine: Clock = utc_now, channels: Sequence[ChannelKind] = KINDS
) -> Program:
    """Builds the program without starting anything. The database schema must exist already (`mingcha migrate`).

    What time it is says the database's server where there is one, so that any number of processes agree, or else this
    `machine`; a test's `clock` alone where it is given.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.anchor_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = load_keys(settings.key_path, settings.algorithms)
    vault = Vault(keys, Growing(settings.key_path, keys).grown)
    database = Database(settings.database)
    privacy.close_to_others(settings)

    def now() -> datetime:
        moment = clock() if clock else database.clock() or machine()
        return moment.astimezone(settings.zone)

    texts = load_texts(now)
    acts = Acts(database, vault, now, Bells())
    tools = Tools(
        journeys=JOURNEYS,
        sources=SOURCES,
        find_place=find_place,
        take_receipt=take_receipt,
        phrases={language: Phrases(spoken) for language, spoken in texts.items()},
        directory=lambda: program.units,
        clock=now,
        limits=limits(),
        kinds=in_batches(desk.KINDS, settings.release_minutes),
        site=settings.site,
        office=Office(settings.office_phone, settings.office_address, settings.office_hours),
    )
    program = Program(
        settings,
        now,
        acts,
        Store(settings.evidence_path, vault, upload_limits()),
        texts,
        tools,
        Talk(acts, tools, language=settings.language),
        Anchoring(acts, settings.anchor_path),
        desk.Search(acts),
        channels,
    )
    return program
