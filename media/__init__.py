"""Makes a copy of a photo, a voice message or a video that says nothing about who sent it.

Bytes in, bytes out: no database, no network, no temporary file. `clean` works in this process and
is for tests and tools; a bot uses `clean_apart`, whose child process a hostile file may crash at
will. Pillow and PyAV are imported only inside the functions that need them.
"""

from media.cleaning import clean
from media.document import check_unpacked
from media.sniffing import sniff
from media.supervisor import clean_apart
from media.values import DEFAULT_LIMITS, Cleaned, Limits, Refused, is_long

__all__ = [
    "DEFAULT_LIMITS",
    "Cleaned",
    "Limits",
    "Refused",
    "check_unpacked",
    "clean",
    "clean_apart",
    "is_long",
    "sniff",
]
