"""The desk's kinds of obligation: an answer to a complaint, what an instruction asks for, and what leaders and
delegates ask for (C13).

An instruction may follow from a spot check, from a complaint or from nothing; so both kinds treat a report alike. The
others follow from nothing that is in the inbox.
"""

from __future__ import annotations

from dataclasses import replace

from services.desk import following, handing, itemising
from services.desk.deciding import conclude
from services.desk.given_back import given_back
from services.desk.secrecy import refuse_their_words
from services.obligations import Kind, Kinds


def _about_reports(name: str) -> Kind:
    return Kind(
        name,
        named=handing.named,
        sight=handing.sight,
        guard=refuse_their_words,
        handed=handing.handed,
        waits=itemising.waits_for_last,
        concluded=conclude,
        is_part=itemising.is_part,
        part_answered=itemising.part_answered,
        answered=following.follow,
        returned=following.follow,
        settled=following.follow,
    )


KINDS: Kinds = {
    "complaint": replace(_about_reports("complaint"), not_ours=given_back),
    "instruction": _about_reports("instruction"),
    **{name: Kind(name) for name in ("leader", "proposal")},
}
