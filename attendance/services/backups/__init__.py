"""Backups: made while the service runs, read back before they count, restored whole or not at all."""
