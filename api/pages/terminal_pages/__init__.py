"""The pages under /terminals."""
