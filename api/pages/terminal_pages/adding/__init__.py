"""The wizard under /terminals/add: a terminal from nothing to its first history."""
