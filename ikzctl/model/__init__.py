"""Types of the domain: frozen records, findings, changes, errors. Imports nothing else of ikzctl."""
