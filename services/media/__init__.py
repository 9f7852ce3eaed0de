"""Makes a copy of a photo, a voice message or a video that says nothing about who sent it.

Bytes in, bytes out: no database, no network, no temporary file. `clean` works in this process and
is for tests and tools; a bot uses `clean_apart`, whose child process a hostile file may crash at
will. Pillow and PyAV are imported only inside the functions that need them.
"""

from services.media.cleaning import clean
from services.media.sniffing import sniff
from services.media.supervisor import clean_apart
from services.media.values import Cleaned, Code, Kind, Limits, Refused

__all__ = ["Cleaned", "Code", "Kind", "Limits", "Refused", "clean", "clean_apart", "sniff"]
