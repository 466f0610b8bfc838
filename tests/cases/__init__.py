"""Law cases of the project in the scenario format: small days, judged by hand."""
