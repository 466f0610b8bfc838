"""Who may see and do what: every route, every role, every place, every state of a grant."""
