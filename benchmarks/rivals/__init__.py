"""What one would write with the well-known libraries: the same ten steps, state in memory, one row at the end."""
