"""Teams and their visits: who is in one, what it plans in secret, what it finds, what becomes of it."""
