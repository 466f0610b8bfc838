"""What citizens say of counters and offices: taken in, looked into beside the facts, answered; never a violation."""
