"""Why a piece is not enclosed with what the office says."""

from __future__ import annotations

from enum import StrEnum


class EvidenceCode(StrEnum):
    """The words are those of the field for files: `enclose_problem` in the words of evidence."""

    TOO_MANY_ENCLOSED = "too_many_enclosed"
    ENCLOSED_GONE = "enclosed_gone"  # it was uploaded too long ago, or is no picture that may go out
    NO_COPY = "no_copy"  # of a kind that goes out, but no clean copy can be made
    NO_ROOM = "no_room"  # on the disk, but for words
    TOO_MUCH = "too_much"  # from one person today
    ENCLOSED_BAD = "enclosed_bad"  # a file was not taken; which one, and why, is told beside its name
