"""What belongs to the installation belongs to one user: nobody else reads it, whoever made it and whatever the umask.

Databases, evidence and backups hold what people wrote in confidence. The program closes what it finds open, and root
works as the owner of the data folder, so that no command leaves files which the service cannot read.
"""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings
from models.database import parse

OTHERS = 0o077  # of a file's mode: what its group and everybody else may do


def close_new_files() -> None:
    """Whatever this process and its children make from now on is closed to others."""
    os.umask(OTHERS)


def act_as_owner(folder: Path) -> None:
    """As root, goes on as the user that owns the folder, if that is another one."""
    if os.geteuid() != 0 or not folder.exists():
        return
    owner = folder.stat()
    if owner.st_uid == 0:
        return
    with contextlib.suppress(KeyError):  # a number without a name has no further groups
        os.initgroups(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid)
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)


@contextlib.contextmanager
def as_owner(folder: Path) -> Iterator[None]:
    """As root, works as the folder's owner for a while."""
    before = os.geteuid(), os.getegid(), os.getgroups()
    act_as_owner(folder)
    try:
        yield
    finally:
        if os.geteuid() != before[0]:
            os.seteuid(before[0])
            os.setegid(before[1])
            os.setgroups(before[2])


def made_as_root(folder: Path) -> bool:
    """Whether the folder will be root's, which a service of another user can neither read nor write."""
    return os.geteuid() == 0 and not folder.exists()


def close_to_others(settings: Settings) -> None:
    """Closes what an earlier version or a copying hand has left open. What belongs to somebody else stays."""
    for path in open_to_others(settings):
        with contextlib.suppress(PermissionError):
            path.chmod(path.stat().st_mode & ~OTHERS)


def open_to_others(settings: Settings) -> list[Path]:
    """What others may look into although only this installation should."""
    return [path for path in _private(settings) if path.exists() and path.stat().st_mode & OTHERS]


def of_somebody_else(settings: Settings) -> list[Path]:
    """What does not belong to the owner of the data folder: the service will fail over it."""
    if not settings.data_dir.exists():
        return []
    owner = settings.data_dir.stat().st_uid
    return [path for path in _private(settings) if path.exists() and path.stat().st_uid != owner]


def _private(settings: Settings) -> Iterator[Path]:
    yield settings.key_path
    yield settings.anchor_path
    yield settings.data_dir / "keys"
    yield settings.evidence_path
    secrets = Path(".env")  # with tokens and passwords; where root keeps it for the service, root says who reads it
    owner = settings.data_dir.stat().st_uid if settings.data_dir.exists() else os.geteuid()
    if secrets.exists() and secrets.stat().st_uid == owner:
        yield secrets
    url = parse(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        yield from (Path(url.database + end) for end in ("", "-wal", "-shm"))
