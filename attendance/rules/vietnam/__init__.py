"""Rules of Vietnam as data: TOML files, reviewed like code."""
