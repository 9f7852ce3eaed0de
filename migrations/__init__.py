"""Schema changes. Yesterday's code must run on today's schema: add first, remove a release later."""
