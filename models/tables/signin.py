"""How people sign in again by themselves: passwords, passkeys, recovery codes; and the pace of tries."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table

from models.tables.base import id_column, metadata
from models.types import Utc

passwords = Table(
    "passwords",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("login_hash", String(64), nullable=False, unique=True),  # keyed hash of the name to sign in with
    Column("sealed", LargeBinary, nullable=False),  # that name, the Argon2 hash, the secret of the authenticator
    Column("last_step", BigInteger, nullable=False),  # of the newest code that was used: none counts twice
    Column("set_at", Utc, nullable=False),
)


passkeys = Table(
    "passkeys",
    metadata,
    id_column(),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("credential_hash", String(64), nullable=False, unique=True),  # keyed hash of the credential's id
    Column("sealed", LargeBinary, nullable=False),  # credential id and public key
    Column("sign_count", BigInteger, nullable=False),
    Column("browser", String(16), nullable=False),  # where it was made; codes of `web.signin.devices`
    Column("system", String(16), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("used_at", Utc),
)


recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("made_at", Utc, nullable=False),
    Column("used_at", Utc),
)


tries = Table(
    "tries",
    metadata,
    Column("key_hash", String(64), primary_key=True),  # keyed hash of whom or what is counted
    Column("free_at", Utc, nullable=False),  # when all tries are free again
)
