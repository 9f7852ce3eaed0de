"""What of the people leaves in a list: what their page shows, so that of a number four digits stay hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.foundation.act import Act
from services.foundation.phones import masked
from services.people.members import known_members
from services.units import unit_names

COLUMNS = ("name", "title", "role", "unit", "phone", "channels", "stopped")


def leaving(act: Act) -> Iterator[dict[str, Any]]:
    """A row for each role of each member, in the order of the page; one without a role has a row too."""
    known = known_members(act)
    units = unit_names(act, {grant.unit_id for one in known for grant in one.grants if grant.unit_id})
    for one in known:
        person = {
            "name": one.person.name,
            "title": one.person.title,
            "phone": masked(one.person.phone) if one.person.phone else None,
            "channels": one.channels or None,
            "stopped": one.stopped or None,
        }
        held = [(grant.role, units.get(grant.unit_id or "")) for grant in one.grants] or [(None, None)]
        for role, unit in held:
            whole = person | {"role": role, "unit": unit}
            yield {column: whole[column] for column in COLUMNS}
