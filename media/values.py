"""The values that go into the cleaner and come out of it."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["photo", "voice", "video", "file"]
Code = Literal[
    "empty", "too_big", "too_many_pixels", "too_long", "unreadable", "kind_not_allowed", "locked", "form", "several"
]

Flaw = Literal["cut", "pages", "unreadable", "too_many_pixels", "too_long", "too_big"]

KINDS: frozenset[str] = frozenset(get_args(Kind))
CODES: frozenset[str] = frozenset(get_args(Code))
FLAWS: frozenset[str] = frozenset(get_args(Flaw))


@dataclass(frozen=True)
class Limits:
    """Limits on what a file may cost us. The last three bound the child of `clean_apart` only."""

    file_bytes: int = 20 * 2**20
    """Bytes of the upload."""
    copy_bytes: int = 64 * 2**20
    """Bytes of the copy, or of a list's rows: three hours of speech, encoded anew, are larger than the upload."""
    pixels: int = 80_000_000
    """Width times height of a photo or a video frame as it is decoded; a phone's widest panorama has 64 million.

    A JPEG is decoded smaller and may have more, a WebP or an AVIF less; the costliest takes 0.8 GiB.
    """
    copy_edge_px: int = 2048
    """The longer side of a photo's copy; a smaller photo keeps its size."""
    long_copy_edge_px: int = 1080
    """The shorter side of a long picture's copy: as wide as a phone's screen, so that the shot of a talk is legible."""
    long_copy_pixels: int = 14_000_000
    """Width times height of a long picture's copy."""
    thumbnail_edge_px: int = 320
    """The longer side of a thumbnail."""
    seconds: float = 3 * 3600
    """Playing time of a voice message or a video."""
    rows: int = 200_000
    """Rows of a list, the empty ones too: a sheet may claim a row number of a million."""
    as_written: bool = False
    """Whether a list is one of sentences: its cells stay as they were written, and it is one sheet of a book."""
    documents: bool = False
    """Whether the file is one that the office itself sends, never evidence: documents are copied too, and what cannot
    be shown is refused."""
    cpu_seconds: int = 120
    wall_seconds: float = 240
    memory_bytes: int = 2**30
    """Address space in bytes, including code and libraries (0.2 GiB)."""


DEFAULT_LIMITS = Limits()
_LONGEST_OF_A_SCREEN = 2.5  # a phone's screen is up to 2.3 times as high as it is wide


def is_long(width: int, height: int) -> bool:
    """Whether a picture, shown whole on a screen, is too narrow to be read."""
    return max(width, height) > _LONGEST_OF_A_SCREEN * min(width, height)


@dataclass(frozen=True)
class Cleaned:
    """A file that may be shown. What its `copy` lost and kept is described in `photo`, `recording` and `document`."""

    kind: Kind
    mime: str
    """MIME type of the copy, or of the original when there is no copy."""
    extension: str
    """The file's extension without the dot, chosen by us: a sender's file name is never used."""
    copy: bytes
    """The copy without metadata; b"" for a document of which none was asked for or none could be made, and for a
    photo or a recording that nothing here can show."""
    thumbnail: bytes | None = None
    """A JPEG of the photo or of a video's first frame."""
    width: int | None = None
    """Width of the copy as a person sees it, in pixels."""
    height: int | None = None
    seconds: float | None = None
    fingerprint: str | None = None
    """16 hex digits, see `fingerprint`; photos only."""
    flaw: Flaw | None = None
    """What the copy lacks, or why there is none.

    cut: the file breaks off, and the picture may end early. pages: only the first of several is shown. Without a copy:
    unreadable, too_many_pixels, too_long and too_big as in `Refused`.
    """


class Refused(Exception):
    """The file is not taken. `code` names the text that a person reads.

    empty: no bytes. too_big: more bytes than in `Limits`, before or after unpacking.
    kind_not_allowed: none of the types in `sniffing`, or two types in one file. Of lists: locked, an Excel file with a
    password; several, more than one sheet of a book holds something (`Limits.as_written`). Of what the office sends
    alone (`Limits.documents`): too_many_pixels, too_long as in `Limits`; unreadable, the right type, but broken, cut
    off, or too costly; locked, a PDF with a password; form, a PDF whose pages a program makes (XFA).
    """

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


class Died(Exception):
    """The child process has given no answer: it crashed, was killed, hung, or could not be started.

    `by`: the number of the signal that ended it, SIGXCPU where the file took all its processor time; 0 for another end.
    Where the machine had little memory or time, the next try succeeds.
    """

    def __init__(self, by: int = 0) -> None:
        super().__init__(by)
        self.by = by
