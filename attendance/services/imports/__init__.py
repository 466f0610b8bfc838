"""Spreadsheets into the store: checked row by row, filed whole, and undone whole."""
