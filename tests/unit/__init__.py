"""Tests of one module at a time, without database or network."""
