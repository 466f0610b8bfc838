"""The case file: load it, run it through the engine, compare."""
