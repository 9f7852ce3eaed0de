"""The metadata, the column types and the names of channels with which every table is built."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
)

SMS = "sms"  # the channel whose addresses are people's phone numbers
FETCHING = "web"  # the channel whose pages fetch their own rows

BigId = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[str]:
    return Column("id", String(32), primary_key=True)
