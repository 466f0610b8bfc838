"""Papers made in the background: the process that makes one, and who starts such processes."""
