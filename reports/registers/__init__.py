"""The registers an office files, one module each: a function of what was asked for, read from stored facts."""
