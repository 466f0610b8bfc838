"""Ratios the product is held to, each measured against its honest limit in the same run: `python -m bench`."""
