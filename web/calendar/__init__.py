"""The office's calendar, the State Council's notice loaded into it, and what has to move because of it."""
