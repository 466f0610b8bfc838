"""People at their work, each from signing in to the result, in a real browser."""
