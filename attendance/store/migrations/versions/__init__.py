"""The versions, one file a step."""
