"""The tree of units: windows and sections below bureaus, found by name, pinyin, initials or English."""

from services.units.adding import NewUnit, add_units
from services.units.directory import LONGEST_NAME, Directory, Unit, load_units
from services.units.naming import unit_names, units_told
from services.units.places import PLACE, placed, unit_and_part

__all__ = [
    "LONGEST_NAME",
    "PLACE",
    "Directory",
    "NewUnit",
    "Unit",
    "add_units",
    "load_units",
    "placed",
    "unit_and_part",
    "unit_names",
    "units_told",
]
