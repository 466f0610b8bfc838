"""Promises about crashes and loss, each tried many times over real processes and sockets."""
