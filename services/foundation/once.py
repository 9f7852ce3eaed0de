"""A form that arrives twice does once what it asks: two quick taps, a broken connection, the browser's way back."""

from __future__ import annotations

import re

from models.database import is_new
from models.tables import inbox
from services.foundation.act import Act
from services.foundation.vault import new_id

DESK = "desk"  # where such forms come from, beside the channels
_NUMBER = re.compile(r"[0-9a-f]{20}")


def once(act: Act, number: str, *sent: object) -> tuple[str, bool]:
    """The id of what a form makes, and whether it is to be made now: what arrives again has the id of the first time.

    `number` was given to the form when it was drawn; a form without one is always new. `sent` is all that makes it the
    same: who sent it, and every field. The id is a keyed hash of both: nobody can choose one that is taken, and another
    text or another unit is another form. Two at one instant wait for each other here; what fails is not remembered.
    """
    if not _NUMBER.fullmatch(number):
        return new_id(), True
    made = act.vault.index(repr((number, *sent)), "once")[:20]
    return made, is_new(act.tx, inbox, {"channel": DESK, "event_id": made, "at": act.now})
