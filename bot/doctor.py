"""`mingcha doctor`: what is set, what is missing and what does not answer, in plain words, the worst last."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bot import privacy, rulebooks
from bot.channels import KINDS, with_sender
from bot.restore import left_half
from bot.settings import Settings, nearest_names
from channels.channel import ChannelKind, Found
from media import chinese_font
from migrations.run import is_current
from models.database import UNREADABLE, Database, DatabaseAway
from rulebooks.reading import BadRules
from services import oversight
from services.evidence import MB, upload_limits
from services.foundation import chain, checkpoints
from services.foundation.keys import KeyTrouble, keys_in
from services.foundation.vault import Vault
from services.units import load_units


async def examine(
    settings: Settings, clock: Callable[[], datetime] | None = None, kinds: Sequence[ChannelKind] = KINDS
) -> list[Found]:
    """Everything that the doctor found; it looks at the whole installation and changes nothing."""
    found = [Found("good", "doctor_settings", _shown(settings))]
    if not settings.public_url:
        found.append(Found("note", "doctor_public_url_none", {"site": settings.site}))
    found += _names()
    found += rulebooks.told(rulebooks.faults()) or [Found("good", "doctor_rulebooks_ok")]
    found += _folder(settings)
    found.append(Found("good", "doctor_font_ok") if chinese_font() else Found("note", "doctor_font_none"))
    found += [Found("bad", "doctor_open", {"file": path}) for path in privacy.open_to_others(settings)]
    found += [Found("bad", "doctor_owner", {"file": path}) for path in privacy.of_somebody_else(settings)]
    vault, key = _key(settings)
    held = list(_database(settings, vault, clock, with_sender(kinds)))
    found += [*held] if any(one.words == "doctor_key_lost" for one in held) else [key, *held]
    for kind in kinds:
        found += await kind.doctor(settings)
    return found


def _names() -> Iterator[Found]:
    for name, meant in nearest_names().items():
        if meant:
            yield Found("bad", "misspelt", {"name": name, "meant": meant})
        else:
            yield Found("note", "unknown_names", {"names": [name]})


def _shown(settings: Settings) -> dict[str, Any]:
    return {
        "data_dir": settings.data_dir,
        "listen": settings.listen,
        "site": settings.site,
        "timezone": settings.timezone,
        "language": settings.language,
    }


def _folder(settings: Settings) -> Iterator[Found]:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.absolute().parents) if path.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        free = shutil.disk_usage(folder).free
        yield Found("good", "doctor_folder_ok", {"free": free // MB})
        yield from _disk(free)
    else:
        yield Found("bad", "doctor_folder_bad", {"data_dir": settings.data_dir})


def _disk(free: int) -> Iterator[Found]:
    try:
        wanted = upload_limits().free_mb
    except (OSError, BadRules):  # told with the rulebooks
        return
    if free < 2 * wanted * MB:
        told = {"free": free // MB, "wanted": wanted}
        yield Found("bad" if free < wanted * MB else "note", "doctor_disk", told)


def _key(settings: Settings) -> tuple[Vault | None, Found]:
    path, file = settings.key_path, {"file": settings.key_path}
    if not path.exists():
        return None, Found("note", "doctor_key_none", file)
    try:
        keys = path.read_bytes()
        return Vault(keys), Found("good", "doctor_key_ok", {**file, "suite": keys_in(keys)[0].suite.name})
    except KeyTrouble:
        return None, Found("bad", "doctor_key_bad", file)


def _database(
    settings: Settings, vault: Vault | None, clock: Callable[[], datetime] | None, sent_on: Collection[str]
) -> Iterator[Found]:
    try:
        half = left_half(settings)
    except DatabaseAway:
        yield Found("bad", "doctor_database_bad")
        return
    if half:
        yield Found("bad", "restore_broken_off", {"what": half})
        return
    if settings.is_new:
        yield Found("bad", "doctor_schema_bad")
        return
    database = Database(settings.database)
    try:
        current = is_current(database)
        yield Found("good", "doctor_database_ok", {"kind": "SQLite" if database.is_sqlite else "PostgreSQL"})
        yield Found("good" if current else "bad", "doctor_schema_ok" if current else "doctor_schema_bad")
        if current:
            now = clock() if clock else database.clock() or datetime.now(UTC)
            yield from _contents(database, settings, vault, now)
            yield from _calendar(database, now.astimezone(settings.zone))
            yield from _unsent(database, now, sent_on)
    except DatabaseAway:
        yield Found("bad", "doctor_database_bad")
    except UNREADABLE:
        yield Found("bad", "doctor_database_broken")
    finally:
        database.close()


def _contents(database: Database, settings: Settings, vault: Vault | None, now: datetime) -> Iterator[Found]:
    counted = database.look(oversight.count_rows, now)
    yield _counted("units", counted.units)
    for twins in database.look(load_units).twins():
        told = {"name": twins[0].full_name, "ids": [unit.id for unit in twins]}
        yield Found("bad", "doctor_same_name", told)
    yield _counted("clerks", counted.clerks)
    if counted.unheld:
        yield Found("bad", "doctor_discipline_none", {"count": counted.unheld})
    if vault is None and not settings.key_path.exists() and database.look(oversight.holds_sealed):
        yield Found("bad", "doctor_key_lost", {"file": settings.key_path})
    if vault is not None:
        try:
            database.look(oversight.try_key, vault)
        except KeyTrouble:
            yield Found("bad", "doctor_key_other", {"file": settings.key_path})
        else:
            if left := database.look(oversight.left_under_older, vault):
                yield Found("note", "doctor_key_changing", {"count": left})
            yield from _audit(database, settings, vault, now)
    yield _evidence(database, settings)
    if counted.quarantined:
        yield Found("note", "doctor_quarantine", {"count": counted.quarantined})


def _audit(database: Database, settings: Settings, vault: Vault, now: datetime) -> Iterator[Found]:
    """The chain, its anchor, and the rows that it vouches for; what waits for its number gets it first."""
    while database.transact(chain.number, vault, wait=True).events == chain.MOST:
        pass
    seen, file = database.view(oversight.audited, vault, settings.anchor_path, now), settings.anchor_path
    told = {"file": file, "count": seen.events, "anchored": seen.checkpoints, "key": checkpoints.verifier_of(vault)}
    if seen.broken is None:
        yield Found("good", "doctor_audit_ok", told)
    else:
        yield Found("bad", f"doctor_audit_{seen.broken.reason}", {"seq": seen.broken.seq, **told})
    for one in seen.unfit:
        yield Found("bad", f"doctor_row_{one.reason}", vars(one))
    if seen.more:
        yield Found("bad", "doctor_rows_more", {"count": seen.more})
    if seen.fault:
        yield Found(
            "note" if seen.fault == "none" else "bad", f"doctor_anchor_{seen.fault}", {"line": seen.line, **told}
        )
    if seen.anew:
        yield Found("note", "doctor_anchor_anew", told)
    if seen.late:
        yield Found("bad", "doctor_audit_late")


def _evidence(database: Database, settings: Settings) -> Found:
    """Whether the files are there; their bytes are not looked at."""
    compared = database.look(oversight.lost_evidence, settings.evidence_path)
    told = {"count": compared.pieces, "folder": settings.evidence_path, "data_dir": settings.data_dir}
    if compared.pieces and not settings.evidence_path.is_dir():
        return Found("bad", "doctor_evidence_folder", told)
    if not (compared.originals or compared.copies):
        return Found("good", "doctor_evidence_ok", told)
    return Found("bad", "doctor_evidence_lost", {**told, "originals": compared.originals, "copies": compared.copies})


def _calendar(database: Database, now: datetime) -> Iterator[Found]:
    for one in database.look(oversight.unannounced, now):
        told = {"year": one.year, "count": one.deadlines}
        yield Found("bad" if one.year == now.year else "note", "doctor_year_unknown", told)


def _unsent(database: Database, now: datetime, sent_on: Collection[str]) -> Iterator[Found]:
    for one in database.look(oversight.unsent, now, sent_on):
        minutes = int((now - one.since).total_seconds() // 60)
        yield Found("bad", "doctor_unsent", {"channel": one.channel, "count": one.count, "minutes": minutes})


def _counted(what: str, count: int) -> Found:
    return Found("good", f"doctor_{what}_ok", {"count": count}) if count else Found("bad", f"doctor_{what}_none")
