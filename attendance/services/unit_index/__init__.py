"""The discipline index of units: a public formula over whole numbers, compared between units that may be compared."""
