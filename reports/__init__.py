"""The read side: what people look at, assembled from stored facts; it never judges and never writes."""
