"""The office's inbox, one report beside it, and its evidence."""
