"""The tree of units: windows and sections below bureaus, found by name, pinyin or initials."""

from services.units.adding import NewUnit, add_units
from services.units.directory import Directory, load_units, unit_options

__all__ = ["Directory", "NewUnit", "add_units", "load_units", "unit_options"]
