"""Supervisors' spot checks: what was seen, filed without place and time."""

from services.inspections.findings import seen_in
from services.inspections.leaving import COLUMNS, leaving
from services.inspections.visits import NOTED, RECEIVED, Visit, file_visit, own

__all__ = ["COLUMNS", "NOTED", "RECEIVED", "Visit", "file_visit", "leaving", "own", "seen_in"]
