"""The identity store, sealed and found by keyed hashes: people, accounts, roles, ways in, and who filed what."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table

from models.tables.base import id_column, metadata
from models.types import Utc

people = Table(
    "people",
    metadata,
    id_column(),
    Column("sealed", LargeBinary, nullable=False),  # name, phone, title
    Column("name_hash", String(64), nullable=False, index=True),  # keyed hash of the name
    Column("phone_hash", String(64), index=True),  # keyed hash of the phone
    Column("created_at", Utc, nullable=False),
)


contacts = Table(
    "contacts",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("address_hash", String(64), nullable=False, unique=True),  # keyed hash of channel and address
    Column("sealed", LargeBinary, nullable=False),  # the address itself
    Column("language", String(8), nullable=False),
    Column("person_id", ForeignKey("people.id"), index=True),  # set when a one-time link binds the account
    Column("blocked_at", Utc),
    Column("created_at", Utc, nullable=False),
)


browsers = Table(
    "browsers",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("mark_hash", String(64), primary_key=True),  # keyed hash of the contact and a random mark in a browser
    Column("first", Boolean, nullable=False),  # the one in which the conversation began
)


vault = Table(
    "vault",
    metadata,
    Column("subject_id", String(32), primary_key=True),  # a case or a visit
    Column("receipt_hash", String(64), unique=True),  # keyed hash of the receipt code
    Column("sealed", LargeBinary, nullable=False),  # name, phone, place, exact time
    sqlite_with_rowid=False,
)


owners = Table(
    "owners",
    metadata,
    Column("subject_id", String(32), primary_key=True),
    Column("owner_hash", String(64), primary_key=True, index=True),  # keyed hash of a contact that may follow it
    Column("filed", Boolean, nullable=False),  # it was filed from there; others have brought its receipt code
    Column("sealed", LargeBinary, nullable=False),  # that contact's id
    sqlite_with_rowid=False,
)


grants = Table(
    "grants",
    metadata,
    id_column(),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("role", String(32), nullable=False),  # a services.people.rights.Role
    Column("unit_id", ForeignKey("units.id")),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
)


links = Table(
    "links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("to_page", Boolean, nullable=False),  # asked for to sign in on a page: it does not lead on to the chat
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)


logins = Table(
    "logins",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("way", String(16), nullable=False),  # a services.people.Way
    Column("browser", String(16), nullable=False),  # codes of `web.signin.devices`
    Column("system", String(16), nullable=False),
    Column("since", Utc, nullable=False),
    Column("used_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)
