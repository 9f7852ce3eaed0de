"""Where the files of evidence lie below their folder: originals by their hash, copies and thumbnails by their piece."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The two folders of evidence, `originals` and `copies`."""

    folder: Path

    def original(self, sha256: str) -> Path:
        return self.folder / "originals" / sha256[:2] / sha256

    def copy(self, piece_id: str) -> Path:
        return self.folder / "copies" / piece_id[:2] / piece_id

    def thumbnail(self, piece_id: str) -> Path:
        return self.folder / "copies" / piece_id[:2] / f"{piece_id}.small"

    def shown(self, piece_id: str, kind: str) -> Iterator[Path]:
        """The files that are shown of a piece of this kind which has a copy."""
        yield self.copy(piece_id)
        if kind in ("photo", "video"):
            yield self.thumbnail(piece_id)

    def names(self) -> set[str]:
        """The names of all files. No two places give the same name."""
        return {
            file.name
            for part in ("originals", "copies")
            for start in _listed(self.folder / part)
            for file in _listed(Path(start.path))
        }


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
