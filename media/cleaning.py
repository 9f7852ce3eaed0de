"""One way in for every file: finds out what the file is and hands it to the module for that type."""

from typing import cast

from media import document
from media.sniffing import EXTENSIONS, PHOTOS, RECORDINGS, UNHEARD, sniff
from media.values import DEFAULT_LIMITS, FLAWS, Cleaned, Flaw, Limits, Refused

UNKNOWN = "application/octet-stream"


def clean(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Cleaned:
    """A copy of `data` without metadata, made in this process.

    Evidence that cannot be shown is kept without a copy. Raises Refused, whatever the bytes. It does not protect
    against a decoder that crashes, hangs or eats memory: for a stranger's file use `clean_apart`.
    """
    if not data:
        raise Refused("empty")
    if len(data) > limits.file_bytes:
        raise Refused("too_big")
    mime = sniff(data)
    if mime is None:
        raise Refused("kind_not_allowed")
    try:
        return _by_kind(data, mime, limits)
    except ImportError:  # a missing library is our fault, not the file's
        raise
    except Refused as refused:
        return unshown(data, refused, limits)
    except Exception as error:  # decoders raise anything at all on hostile bytes
        return unshown(data, Refused("unreadable"), limits, error)


def unshown(data: bytes, refused: Refused, limits: Limits, error: Exception | None = None) -> Cleaned:
    """A photo or a recording that is evidence, although it cannot be shown: damaged, or too costly. Anything else is
    refused as it says."""
    mime = sniff(data)
    if limits.documents or refused.code not in FLAWS or mime not in {*PHOTOS, *RECORDINGS}:
        raise refused from error
    return _sealed(mime, flaw=cast("Flaw", refused.code))


def original_only(mime: str | None, flaw: Flaw = "unreadable") -> Cleaned:
    """A piece that is kept as it came, with nothing shown of it. `mime`: what its head says of it (`sniff_head`)."""
    return _sealed(mime, flaw=flaw) if mime else Cleaned("file", UNKNOWN, "bin", b"", flaw=flaw)


def _by_kind(data: bytes, mime: str, limits: Limits) -> Cleaned:
    if mime in PHOTOS:
        from media import photo

        return photo.clean(data, mime, limits)
    if mime in RECORDINGS:
        from media import recording

        return recording.clean(data, mime, limits) or _sealed(mime)
    if mime in UNHEARD:
        return _sealed(mime)
    document.check_unpacked(data)
    copy = document.copied(data, mime) if limits.documents else b""
    return _sealed(mime, copy, None if document.is_whole(data) else "unreadable")


def _sealed(mime: str, copy: bytes = b"", flaw: Flaw | None = None) -> Cleaned:
    """A file that nobody looks at here; without a copy it can be read as the original only."""
    return Cleaned(kind="file", mime=mime, extension=EXTENSIONS[mime], copy=copy, flaw=flaw)
