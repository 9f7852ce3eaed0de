"""The program itself: its settings, the one build(), the command line, and the life of the process."""
