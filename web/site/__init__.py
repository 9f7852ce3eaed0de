"""The frame of every page: session, security, layout, static files."""
