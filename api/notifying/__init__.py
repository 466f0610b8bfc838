"""Notifications leave the house here: letters are written, mail, webhooks and further services are spoken to."""
