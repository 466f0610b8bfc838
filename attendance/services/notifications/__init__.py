"""Notifications that people asked for, and events that programs are told of."""
