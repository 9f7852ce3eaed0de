"""The dialogue engine: pure functions over frozen values; it uses the standard library alone and has no clock."""
