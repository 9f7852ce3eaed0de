"""Reads and writes the filters of the list of obligations in a page's address; an invalid value counts as not given."""

from __future__ import annotations

from collections.abc import Mapping

from services.foundation.wording import readable
from services.obligations import PAGE, ObligationFilters
from services.units import Directory
from web.site.asked import LONGEST_WORDS, Asked, units_named, units_under
from web.site.frame import IS_ID

# What `state` in the address may be: whose turn it is. Without it, everything that is not settled.
SHOWN = ("owed", "unseen", "late", "answered", "not_ours", "waiting", "asks", "office", "settled")
STAGES = {"": "current", "late": "", "office": "silent"}
NAMES = ("q", "unit", "kind", "state")


class ObligationQuery(Asked):
    LIST = "/console/duties"

    def obligation(self, obligation_id: str, **more: str) -> str:
        """The address of an obligation, shown beside this list."""
        return self.beside(f"/console/duty/{obligation_id}", **more)

    def filters(self, directory: Directory) -> ObligationFilters:
        """The filters for the service, asking for one more than a page, to know whether there is another."""
        state = self.get("state")
        return ObligationFilters(
            units=units_under(self.get("unit"), directory),
            kind=self.get("kind"),
            stage=STAGES.get(state, state),
            late=state == "late",
            words=self.get("q"),
            named=units_named(self.get("q"), directory),
            after=self.after,
            most=PAGE + 1,
        )


def read(asked: Mapping[str, str], directory: Directory, kinds: Mapping[str, object]) -> ObligationQuery:
    found = {name: readable(asked.get(name, ""))[:LONGEST_WORDS] for name in NAMES}
    allowed = {
        "kind": found["kind"] in kinds,
        "state": found["state"] in SHOWN,
        "unit": directory.get(found["unit"]) is not None,
    }
    given = {name: value for name, value in found.items() if value and allowed.get(name, True)}
    after = asked.get("after", "")
    return ObligationQuery(given, after if IS_ID.fullmatch(after) else "")
