"""Tables and every query; the only room that touches the database."""
