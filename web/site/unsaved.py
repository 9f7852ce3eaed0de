"""A form that was not taken, to be given back: its words are shown, and it can be sent again as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

WRITTEN = ("purpose", "note", "name")  # fields that somebody thinks about while typing, besides texts
SECRETS = frozenset(("code", "password", "totp", "answer"))  # secret fields, which no page ever shows again
FIELD = "unsent"  # of the door: what was not taken because the session had ended


@dataclass(frozen=True)
class Unsaved:
    """A form that could not be taken: its address, all its fields, and the longer texts in it.

    Without fields it cannot be sent again: files came with it.
    """

    address: str
    fields: Mapping[str, Sequence[str]]
    words: str

    @property
    def packed(self) -> str:
        """The form in one field of another, by which it is carried through signing in (`unpacked`)."""
        return msgspec.json.encode((self.address, self.fields)).decode()


def unsaved_of(address: str, sent: Mapping[str, Sequence[str]], *, whole: bool) -> Unsaved | None:
    """The form that was sent to an address; `whole`: without files. None for one that holds a secret."""
    return None if SECRETS & sent.keys() else Unsaved(address, sent if whole else {}, written_in(sent))


def unpacked(packed: str) -> Unsaved | None:
    """The form that a page of ours has carried along; None for anything else, and for one without words."""
    try:
        address, fields = _decode(packed)
    except msgspec.DecodeError:
        return None
    found = unsaved_of(address, fields, whole=True) if ours(address) else None
    return found if found and found.words else None


def ours(path: str) -> bool:
    """Whether it is a path of this site, not a disguised address of another one."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()


def written_in(sent: Mapping[str, Sequence[str]]) -> str:
    """The longer texts of a form, one under the other."""
    texts = [name for name in sent if name == "text" or name.startswith("text_")]
    return "\n\n".join(text.strip() for name in (*texts, *WRITTEN) for text in sent.get(name, ()) if text.strip())


_decode = msgspec.json.Decoder(tuple[str, dict[str, list[str]]]).decode
