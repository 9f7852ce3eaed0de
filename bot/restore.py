"""Puts an archive of `mingcha backup` into an empty place, after every byte of it has been verified.

The database comes last and at once: until it is there nothing has been restored, and what lies there already is told.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot import privacy
from bot.backup import ANCHOR, DATABASE, EVIDENCE, FORMAT, KEY, MANIFEST, Manifest
from bot.settings import Settings
from models.copying import copied_in
from models.database import Database, parse
from services import oversight
from services.foundation import chain, checkpoints
from services.foundation.keys import KeyTrouble
from services.foundation.vault import Vault

CHUNK = 2**20  # bytes
DATA_DIR = "MINGCHA_DATA_DIR"
WORKSHOP = ".restoring"  # in the data folder, for as long as it takes


class NotRestored(Exception):
    """Nothing was restored.

    `code`: no_archive, damaged, other_database, not_empty, database_taken, key_wanted, other_key, chain, broken_off,
    under_way. `setting` names the one that leads to `what`.
    """

    def __init__(self, code: str, what: object = "", setting: str = DATA_DIR) -> None:
        super().__init__(code, what)
        self.code, self.what, self.setting = code, what, setting


def restore(settings: Settings, archive: Path) -> Manifest:
    """Restores into the place that the settings name. Raises NotRestored or CopyTrouble; then nothing was changed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    owner = privacy.as_owner(settings.data_dir)  # of all that is put there; the archive may be root's
    with archive.open("rb") as data, owner, _workshop(settings) as folder, ExitStack() as undo:
        manifest = _unpacked(data, folder)
        if manifest.database != parse(settings.database).get_backend_name():
            raise NotRestored("other_database", manifest.database)
        key = _key(settings, folder)
        with copied_in(settings.database, folder / DATABASE) as tx:
            _verify(tx, key, folder)
            for part, target in _targets(settings).items():
                _place(folder / part, target, undo)
            os.sync()
        undo.pop_all()
    return manifest


def left_half(settings: Settings) -> list[Path]:
    """What a restore that has not ended, or was broken off, has put in its place; with it nothing can be done."""
    workshop = settings.data_dir / WORKSHOP
    if not (workshop.exists() and _without_tables(settings)):
        return []
    return [workshop, *(path for path in (settings.evidence_path, settings.anchor_path) if _is_filled(path))]


def _targets(settings: Settings) -> dict[str, Path]:
    return {EVIDENCE: settings.evidence_path, ANCHOR: settings.anchor_path, KEY: settings.key_path}


@contextmanager
def _workshop(settings: Settings) -> Iterator[Path]:
    """A folder of this restore alone, in a place that is empty. One that is killed leaves it, without its lock."""
    folder = settings.data_dir / WORKSHOP
    left = folder.exists()
    folder.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, settings)
        if left and len(half := left_half(settings)) > 1:
            raise NotRestored("broken_off", half)
        try:
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            _require_empty(settings)
            yield folder
        finally:
            shutil.rmtree(folder)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, settings: Settings) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotRestored("under_way", settings.data_dir) from None


def _require_empty(settings: Settings) -> None:
    """Nothing is overwritten: no database, no evidence, no anchor. A key may be there, and has to fit."""
    if not _without_tables(settings):
        url = parse(settings.database)
        if url.get_backend_name() != "sqlite":
            raise NotRestored("database_taken", url.database)
        raise NotRestored("not_empty", url.database, "MINGCHA_DATABASE_URL" if settings.database_url else DATA_DIR)
    if _is_filled(settings.evidence_path):
        raise NotRestored("not_empty", settings.evidence_path)
    if _is_filled(settings.anchor_path):
        raise NotRestored(
            "not_empty", settings.anchor_path, "MINGCHA_ANCHOR_FILE" if settings.anchor_file else DATA_DIR
        )


def _is_filled(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.iterdir()))


def _without_tables(settings: Settings) -> bool:
    if settings.is_new:
        return True
    if parse(settings.database).get_backend_name() == "sqlite":
        return False
    database = Database(settings.database)
    try:
        return not database.has_tables()
    finally:
        database.close()


def _unpacked(archive: BinaryIO, folder: Path) -> Manifest:
    """The archive's files below the folder, each as its manifest says. Raises NotRestored."""
    found: dict[str, tuple[str, int]] = {}
    told = b""
    try:
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            for member in tar:
                data = tar.extractfile(member) if member.isreg() else None
                if data is None or not _harmless(member.name) or member.name in found:
                    raise NotRestored("damaged", member.name)
                if member.name == MANIFEST:
                    told = data.read()
                    continue
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                sha256 = hashlib.sha256()
                with path.open("xb") as out:
                    while chunk := data.read(CHUNK):
                        sha256.update(chunk)
                        out.write(chunk)
                found[member.name] = sha256.hexdigest(), member.size
    except (tarfile.TarError, EOFError) as error:
        raise NotRestored("no_archive") from error
    try:
        manifest = msgspec.json.decode(told, type=Manifest)
    except msgspec.DecodeError as error:
        raise NotRestored("no_archive") from error
    if manifest.format != FORMAT or DATABASE not in manifest.files:
        raise NotRestored("no_archive")
    for name in _differing(manifest, found):
        raise NotRestored("damaged", name)
    return manifest


def _harmless(name: str) -> bool:
    """Whether this is a name that a backup gives."""
    return name in (MANIFEST, DATABASE, ANCHOR, KEY) or (name.startswith(EVIDENCE) and ".." not in Path(name).parts)


def _differing(manifest: Manifest, found: dict[str, tuple[str, int]]) -> Iterator[str]:
    told = {name: (one.sha256, one.size) for name, one in manifest.files.items()}
    for name in sorted({*told, *found}):
        if told.get(name) != found.get(name):
            yield name


def _key(settings: Settings, folder: Path) -> bytes:
    """The archive's key, or the one that has been put in its place. Without one nothing could ever be opened."""
    own, there = folder / KEY, settings.key_path
    if not own.exists() and not there.exists():
        raise NotRestored("key_wanted", there)
    if not there.exists():
        return own.read_bytes()
    keys, kept = there.read_bytes(), own.read_bytes() if own.exists() else b""
    if kept.startswith(keys) and kept != keys:
        raise NotRestored("older_key", there)
    if not keys.startswith(kept):  # keys are only ever added: the file of an older backup is its beginning
        raise NotRestored("other_key", there)
    return keys


def _verify(tx: Any, key: bytes, folder: Path) -> None:
    """The database opens with this key and its audit chain is whole."""
    try:
        vault = Vault(key)
        oversight.try_key(tx, vault)
    except KeyTrouble as error:
        raise NotRestored("other_key") from error
    if broken := chain.verify(tx, vault, checkpoints.anchored(vault, folder / ANCHOR).heads):
        raise NotRestored("chain", broken.seq)


def _place(path: Path, target: Path, undo: ExitStack) -> None:
    """Moves what was unpacked into its place. A folder may be there and empty; a file that is there is the same."""
    if not path.exists() or target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_dir():
        target.mkdir(exist_ok=True, mode=0o700)
        for part in path.iterdir():
            undo.callback(shutil.rmtree, target / part.name)
            shutil.move(part, target / part.name)
    else:
        undo.callback(target.unlink, missing_ok=True)
        shutil.move(path, target)
