"""The status of a page that says why something was refused."""

from __future__ import annotations

from aiohttp import web

from services.foundation.refusal import Refusal

WRONG, CONFLICT = 422, 409
# Somebody else was quicker: what the page showed is no longer so.
CONFLICTS = frozenset(("changed", "decided", "settled", "not_answered"))


def status_of(refused: Refusal) -> int:
    """The status for a refusal: 409 if somebody was quicker, 422 if the input must be mended. Raises 404 for gone."""
    if refused.code == "gone":
        raise web.HTTPNotFound
    return CONFLICT if refused.code in CONFLICTS else WRONG
