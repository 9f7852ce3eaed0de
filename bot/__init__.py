"""The program: settings, the one build(), the command line, the life of the process."""
