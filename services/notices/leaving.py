"""What of notices leaves in a list: their words, and how many got and acknowledged each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.foundation.act import Act
from services.foundation.wording import told_at
from services.notices.looking import listed
from services.notices.receipts import acknowledged
from services.notices.values import Notice
from templates import DEFAULT_LANGUAGE

COLUMNS = ("number", "state", "text", "created", "send_at", "released", "recipients", "acknowledged_by")
_AT_ONCE = 500


def leaving(act: Act) -> Iterator[dict[str, Any]]:
    """Every notice, newest first."""
    last = ""
    while some := listed(act, _AT_ONCE, last):
        seen = acknowledged(act, [one.id for one in some])
        yield from (_shaped(act, one, seen[one.id]) for one in some)
        last = some[-1].id


def _shaped(act: Act, one: Notice, seen: int) -> dict[str, Any]:
    whole = {
        "number": one.number,
        "state": one.stands(act.now),
        "text": one.texts.get(DEFAULT_LANGUAGE, ""),
        "created": told_at(one.created_at),
        "send_at": told_at(one.send_at),
        "released": told_at(one.released_at),
        "recipients": one.total,
        "acknowledged_by": seen if one.acknowledges and one.released_at else None,
    }
    return {column: whole[column] for column in COLUMNS}
