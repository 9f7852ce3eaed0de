"""Signing in: the door, one's own ways and sessions, and those of a colleague."""
