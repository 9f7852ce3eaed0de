"""Lets a form that arrives twice act once: after two quick taps, a broken connection, the browser's way back."""

from __future__ import annotations

import re

from services.foundation import inbox
from services.foundation.act import Act
from services.foundation.vault import new_id

DESK = "desk"  # the "channel" of such forms, beside the real ones
_NUMBER = re.compile(r"[0-9a-f]{20}")


def once(act: Act, number: str, *sent: object) -> tuple[str, bool]:
    """The id of what a form makes, and whether it is to be made now: a repeat gets the id of the first time.

    `number` was given to the form when it was drawn; a form without one is always new. `sent` is all that makes it the
    same form: who sent it, and every field. The id is a keyed hash of both: nobody can choose a taken one, and another
    text or unit makes another form. Two at the same instant wait for each other here; what fails is not remembered.
    """
    if not _NUMBER.fullmatch(number):
        return new_id(), True
    made = act.vault.index(repr((number, *sent)), "once")[:20]
    return made, inbox.claim(act, DESK, made)
