"""The month's sheet of a unit: as it stands, as it was locked, what stands in the way of locking it, who signed it."""
