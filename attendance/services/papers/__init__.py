"""Papers as people hand them in, approve, refuse and take them back."""
