"""The console script `attendance`: commands and the demo; the place where rooms are wired together."""
