"""Makes a copy of a photo, a voice message or a video that reveals nothing about its sender.

Bytes in, bytes out: no database, no network, no temporary file. `clean` works in this process and
is for tests and tools; a bot uses `clean_apart`, whose child process may crash on a hostile
file without harm. Pillow and PyAV are imported only inside the functions that need them.
"""

from media.cleaning import clean
from media.document import check_unpacked
from media.sniffing import EXTENSIONS, PHOTOS, RECORDINGS, UNHEARD, sniff
from media.supervisor import clean_apart
from media.values import DEFAULT_LIMITS, Cleaned, Limits, Refused, is_long

__all__ = [
    "DEFAULT_LIMITS",
    "EXTENSIONS",
    "PHOTOS",
    "RECORDINGS",
    "UNHEARD",
    "Cleaned",
    "Limits",
    "Refused",
    "check_unpacked",
    "clean",
    "clean_apart",
    "is_long",
    "sniff",
]
