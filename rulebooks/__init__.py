"""Rules, checklists, unit lists and calendars as data."""

from pathlib import Path

HERE = Path(__file__).parent
