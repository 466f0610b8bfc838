"""Rosters: who holds which desk or duty, what must be filled, where somebody is missing."""
