"""Making checkpoints known outside of this system, in whatever ways an office has set up."""
