"""Evidence: the original sealed and stored once, shown only as a clean copy. A report never waits for a picture."""

from services.evidence.fetching import BELL, Fetcher, Gone, Later, refuse_and_tell
from services.evidence.places import Places
from services.evidence.records import (
    HELD,
    KEPT,
    LEASE,
    MOST_ATTEMPTS,
    REFUSED,
    WAITING,
    Piece,
    add_upload,
    attach,
    due,
    file_names,
    find_piece,
    forget_unused,
    keep,
    many_of,
    pieces_of,
    uploads,
)
from services.evidence.store import LIMITS, Forgotten, Store, Stored

__all__ = [
    "BELL",
    "HELD",
    "KEPT",
    "LEASE",
    "LIMITS",
    "MOST_ATTEMPTS",
    "REFUSED",
    "WAITING",
    "Fetcher",
    "Forgotten",
    "Gone",
    "Later",
    "Piece",
    "Places",
    "Store",
    "Stored",
    "add_upload",
    "attach",
    "due",
    "file_names",
    "find_piece",
    "forget_unused",
    "keep",
    "many_of",
    "pieces_of",
    "refuse_and_tell",
    "uploads",
]
