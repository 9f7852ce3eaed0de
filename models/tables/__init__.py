"""All the tables. Ids are random: nothing about a report follows from its id, and no report names its sender.

The identity store is `people`, `contacts`, `vault` and `owners`: their content is sealed with the key file, and what
must be found again (a chat address, a receipt code, the owner of a report) is kept as a keyed hash. A dump without the
key tells nothing.
"""

from models.tables.base import FETCHING, SMS, metadata
from models.tables.calendar import announced_days, announced_years, calendar_days
from models.tables.cases import alerts, case_tags, cases, glances, imports, intakes, searches, tags
from models.tables.deliveries import deliveries, lanes
from models.tables.evidence import entries, evidence
from models.tables.foundation import audit, audit_waiting, counters, happenings, ticks
from models.tables.inspections import visits
from models.tables.items import items
from models.tables.notices import listeners, notices
from models.tables.obligations import answer_links, extensions, obligations, reminders
from models.tables.openings import openings
from models.tables.people import browsers, contacts, grants, links, logins, owners, people, vault
from models.tables.publications import publications
from models.tables.ratings import ratings, walkins
from models.tables.signin import passkeys, passwords, recovery_codes, tries
from models.tables.standard_texts import standard_texts
from models.tables.talk import inbox, menus, quarantine, sessions
from models.tables.units import units

__all__ = [
    "FETCHING",
    "SMS",
    "alerts",
    "announced_days",
    "announced_years",
    "answer_links",
    "audit",
    "audit_waiting",
    "browsers",
    "calendar_days",
    "case_tags",
    "cases",
    "contacts",
    "counters",
    "deliveries",
    "entries",
    "evidence",
    "extensions",
    "glances",
    "grants",
    "happenings",
    "imports",
    "inbox",
    "intakes",
    "items",
    "lanes",
    "links",
    "listeners",
    "logins",
    "menus",
    "metadata",
    "notices",
    "obligations",
    "openings",
    "owners",
    "passkeys",
    "passwords",
    "people",
    "publications",
    "quarantine",
    "ratings",
    "recovery_codes",
    "reminders",
    "searches",
    "sessions",
    "standard_texts",
    "tags",
    "ticks",
    "tries",
    "units",
    "vault",
    "visits",
    "walkins",
]
