"""What goes into the cleaner and what comes out of it."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["photo", "voice", "video", "file"]
Code = Literal["empty", "too_big", "too_many_pixels", "too_long", "unreadable", "kind_not_allowed", "locked", "form"]

KINDS: frozenset[str] = frozenset(get_args(Kind))
CODES: frozenset[str] = frozenset(get_args(Code))


@dataclass(frozen=True)
class Limits:
    """How much a file may ask of us. The last three bound the child of `clean_apart` only."""

    file_bytes: int = 20 * 2**20
    """Of the upload."""
    copy_bytes: int = 64 * 2**20
    """Of the copy: three hours of speech, encoded anew, are longer than what came in."""
    pixels: int = 51_000_000
    """Width times height of a photo or a video frame, looked at before decoding; phones make 50 MP.

    The costliest, a WebP of this size, takes 0.8 GiB.
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
    documents: bool = False
    """Whether a copy of a document is wanted too: of what the office itself sends, never of evidence."""
    cpu_seconds: int = 120
    wall_seconds: float = 240
    memory_bytes: int = 2**30
    """Address space, code and libraries (0.2 GiB) included."""


DEFAULT_LIMITS = Limits()
_LONGEST_OF_A_SCREEN = 2.5  # a phone's screen is up to 2.3 times as high as it is wide


def is_long(width: int, height: int) -> bool:
    """Whether a picture, shown whole on a screen, is too narrow to be read."""
    return max(width, height) > _LONGEST_OF_A_SCREEN * min(width, height)


@dataclass(frozen=True)
class Cleaned:
    """A file that may be shown. What `copy` lost and kept: `photo`, `recording`, `document`."""

    kind: Kind
    mime: str
    """Of the copy; of the original when there is no copy."""
    extension: str
    """Without the dot, chosen by us: a sender's file name is never used."""
    copy: bytes
    """Without metadata. b"" for a document unless one was asked for and could be made: only the original exists."""
    thumbnail: bytes | None = None
    """JPEG: of the photo, or of the first frame of a video."""
    width: int | None = None
    """Of the copy as a person sees it, in pixels."""
    height: int | None = None
    seconds: float | None = None
    fingerprint: str | None = None
    """16 hex digits, see `fingerprint`; photos only."""


class Refused(Exception):
    """The file is not taken. `code` names the text that a person reads.

    empty: no bytes. too_big: more bytes than in `Limits`, before or after unpacking.
    too_many_pixels, too_long: as in `Limits`. kind_not_allowed: none of the types in `sniffing`,
    or two types in one file. unreadable: the right type, but broken, cut off, or too costly. Only where a copy of a
    document is wanted: locked, a PDF with a password; form, a PDF whose pages a program makes (XFA).
    """

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code
