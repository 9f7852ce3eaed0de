"""Supervisors' spot checks: what was seen, filed without place and time."""

from services.inspections.findings import seen_in
from services.inspections.visits import NOTED, Visit, file_visit, own

__all__ = ["NOTED", "Visit", "file_visit", "own", "seen_in"]
