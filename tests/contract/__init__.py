"""Promises of the seams, checked over real sockets."""
