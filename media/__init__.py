"""Makes a copy of a photo, a voice message or a video that reveals nothing about its sender, and reads lists.

Bytes in, bytes out: no database, no network, no temporary file. `clean` and `sniff` work in this process and are for
tests and tools; a bot uses `clean_apart`, `rows_apart` and `sniff_apart`, whose child process may crash on a hostile
file without harm. Pillow, PyAV and Calamine are imported only inside the functions that need them.
"""

from media.cleaning import UNKNOWN, clean, original_only
from media.fonts import chinese_font
from media.ink import Fontless
from media.poster import GRIDS, Poster, sheet
from media.receipt import Paper, receipt_pdf
from media.sheets import text_rows
from media.sniffing import EXTENSIONS, HEAD_BYTES, PHOTOS, RECORDINGS, UNHEARD, sniff, sniff_head
from media.supervisor import clean_apart, rows_apart, sniff_apart
from media.values import DEFAULT_LIMITS, Cleaned, Died, Limits, Refused, is_long

__all__ = [
    "DEFAULT_LIMITS",
    "EXTENSIONS",
    "GRIDS",
    "HEAD_BYTES",
    "PHOTOS",
    "RECORDINGS",
    "UNHEARD",
    "UNKNOWN",
    "Cleaned",
    "Died",
    "Fontless",
    "Limits",
    "Paper",
    "Poster",
    "Refused",
    "chinese_font",
    "clean",
    "clean_apart",
    "is_long",
    "original_only",
    "receipt_pdf",
    "rows_apart",
    "sheet",
    "sniff",
    "sniff_apart",
    "sniff_head",
    "text_rows",
]
