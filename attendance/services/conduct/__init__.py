"""Discipline without automatism: thresholds count facts and propose, people decide and write why."""
