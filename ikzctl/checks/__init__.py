"""Registry + law → findings: plain functions in visible tuples; nothing here prints, mends or raises for bad data."""
