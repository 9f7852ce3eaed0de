"""The journeys of a supervisor."""
