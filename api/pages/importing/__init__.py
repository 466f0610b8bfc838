"""The pages under /import: choose a sheet, mend it, file it, undo it."""
