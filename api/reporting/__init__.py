"""Papers and registers that are asked for: one catalogue for pages, API, command line and background alike."""
