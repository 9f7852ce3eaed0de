"""The tree of units: windows and sections below bureaus, found by name, pinyin or initials."""

from services.units.adding import NewUnit, add_units
from services.units.directory import Directory, load_units, unit_options
from services.units.places import PLACE, placed, unit_and_part

__all__ = ["PLACE", "Directory", "NewUnit", "add_units", "load_units", "placed", "unit_and_part", "unit_options"]
