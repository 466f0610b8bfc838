"""What a dossier holds that can be checked without it: the day as a case file, and what hangs on the chains."""
