"""The units of the city, which form a tree."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from models.tables.base import metadata

units = Table(
    "units",
    metadata,
    Column("id", String(32), primary_key=True),  # a short code: "gtj", "gtj-bz"
    Column("parent_id", ForeignKey("units.id"), index=True),
    Column("kind", String(16), nullable=False),  # bureau, district, vertical, subordinate, window, section (R08)
    Column("name", String(200), nullable=False),
    Column("pinyin", String(400), nullable=False),  # "guotuju guotuju...": the pinyin of each reading
    Column("initials", String(100), nullable=False),  # "gtj"
    Column("position", Integer, nullable=False),
    Column("closed", Boolean, nullable=False, default=False),
    Column("area", String(40)),  # area of the city: an audience of notices
    Column("english", String(200)),  # its English name, for people who speak English
    Column("duty", String(100)),  # who is on duty in its hall, as people are told: name, place, telephone (R27)
    Column("aliases", JSON),  # further names by which people look for it
)
