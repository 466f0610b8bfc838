"""One file per noun; every address needs a login unless it says otherwise."""
