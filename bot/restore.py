"""Puts an archive of `mingcha backup` into an empty place, after every byte of it has been verified."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bot.backup import ANCHOR, DATABASE, EVIDENCE, FORMAT, KEY, MANIFEST, Manifest
from bot.settings import Settings
from models.copying import CopyTrouble, copy_in
from models.database import Database, DatabaseAway, parse
from services import oversight
from services.foundation import audit
from services.foundation.vault import KEY_BYTES, KeyTrouble, Vault

CHUNK = 2**20  # bytes


class NotRestored(Exception):
    """Nothing was restored. `code`: no_archive, damaged, other_database, not_empty, key_wanted, other_key."""

    def __init__(self, code: str, what: object = "") -> None:
        super().__init__(code, what)
        self.code, self.what = code, what


def restore(settings: Settings, archive: Path) -> Manifest:
    """Restores into the place that the settings name. Raises NotRestored or CopyTrouble; then nothing was changed."""
    _require_empty(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as name:
        folder = Path(name)
        manifest = _unpacked(archive, folder)
        if manifest.database != parse(settings.database).get_backend_name():
            raise NotRestored("other_database", manifest.database)
        key = _key(settings, folder)
        if manifest.database == "sqlite":
            _verify(f"sqlite:///{folder / DATABASE}", key, folder)
        copy_in(settings.database, folder / DATABASE)
        if manifest.database != "sqlite":
            _verify(settings.database, key, folder)
        _place(folder / EVIDENCE, settings.evidence_path)
        _place(folder / ANCHOR, settings.anchor_path)
        _place(folder / KEY, settings.key_path)
    return manifest


def _require_empty(settings: Settings) -> None:
    """Nothing is overwritten: no database, no evidence, no anchor. A key may be there, and has to fit."""
    evidence = settings.evidence_path
    if not _without_tables(settings):
        raise NotRestored("not_empty", (settings.database_url and "MINGCHA_DATABASE_URL") or settings.data_dir)
    for path in (settings.anchor_path, evidence):
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise NotRestored("not_empty", path)


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


def _unpacked(archive: Path, folder: Path) -> Manifest:
    """The archive's files below the folder, each as its manifest says. Raises NotRestored."""
    found: dict[str, tuple[str, int]] = {}
    told = b""
    try:
        with tarfile.open(archive, "r:") as tar:
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
        raise NotRestored("no_archive", archive) from error
    try:
        manifest = msgspec.json.decode(told, type=Manifest)
    except msgspec.DecodeError as error:
        raise NotRestored("no_archive", archive) from error
    if manifest.format != FORMAT or DATABASE not in manifest.files:
        raise NotRestored("no_archive", archive)
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
    key = (own if own.exists() else there).read_bytes()
    if len(key) != KEY_BYTES or (there.exists() and there.read_bytes() != key):
        raise NotRestored("other_key", there)
    return key


def _verify(url: str, key: bytes, folder: Path) -> None:
    """The database opens with this key and its audit chain is whole."""
    database = Database(url)
    try:
        database.look(oversight.try_key, Vault(key))
        if broken := database.look(audit.verify, audit.anchors(folder / ANCHOR)):
            raise NotRestored("chain", broken.seq)
    except KeyTrouble as error:
        raise NotRestored("other_key") from error
    except DatabaseAway as error:
        raise CopyTrouble("broken") from error
    finally:
        database.close()


def _place(path: Path, target: Path) -> None:
    if path.exists():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.is_dir():
            target.rmdir()
        if not target.exists():
            shutil.move(path, target)
