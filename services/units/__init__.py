"""The tree of units: windows and sections below bureaus, found by name, pinyin, initials or English."""

from services.units.adding import NewUnit, add_units
from services.units.directory import LONGEST_NAME, Directory, Unit, load_units
from services.units.duty import LONGEST_DUTY, duties, on_duty, set_duty
from services.units.leaving import COLUMNS, leaving
from services.units.listing import Changes, Listed, take_list
from services.units.naming import unit_names, units_told
from services.units.pairing import same_unit
from services.units.places import PLACE, WHOLE, placed, unit_and_part

__all__ = [
    "COLUMNS",
    "LONGEST_DUTY",
    "LONGEST_NAME",
    "PLACE",
    "WHOLE",
    "Changes",
    "Directory",
    "Listed",
    "NewUnit",
    "Unit",
    "add_units",
    "duties",
    "leaving",
    "load_units",
    "on_duty",
    "placed",
    "same_unit",
    "set_duty",
    "take_list",
    "unit_and_part",
    "unit_names",
    "units_told",
]
