"""Notices: written, sent, followed to the last acknowledgement."""
