"""The dialogue engine: pure functions over frozen values, standard library alone, no clock of its own."""
