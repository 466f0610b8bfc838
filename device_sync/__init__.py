"""Terminals and the timetable: everything that brings punches in, and nothing that judges them."""
