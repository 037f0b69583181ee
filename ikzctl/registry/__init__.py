"""From the YAML text of a registry to its records and back: reading, positions, edits that keep comments, history."""
