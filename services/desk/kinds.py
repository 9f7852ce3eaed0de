"""The desk's kinds of obligation: an answer to a complaint, what an instruction asks for, and what leaders and
delegates ask for (C13).

An instruction may follow from a spot check, from a complaint or from nothing; so both kinds treat a report alike. The
others follow from nothing that is in the inbox.
"""

from __future__ import annotations

from services.desk import following, handing
from services.desk.deciding import conclude
from services.desk.given_back import given_back
from services.desk.secrecy import refuse_their_words
from services.obligations import Kind, Kinds, Moved


def _about_reports(name: str, **more: Moved) -> Kind:
    return Kind(
        name,
        named=handing.named,
        sight=handing.sight,
        guard=refuse_their_words,
        handed=handing.handed,
        waits=following.waits,
        concluded=conclude,
        answered=following.follow,
        returned=following.follow,
        settled=following.follow,
        **more,
    )


KINDS: Kinds = {
    "complaint": _about_reports("complaint", not_ours=given_back),
    "instruction": _about_reports("instruction"),
    **{name: Kind(name) for name in ("leader", "proposal")},
}
