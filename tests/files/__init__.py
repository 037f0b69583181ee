"""Writing into a registry: whole changes, recovery, output folders."""
