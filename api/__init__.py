"""The faces of the service: HTTP API, pages and command line."""
