"""What a unit owes: the lists, one obligation, and what the unit says about it."""
