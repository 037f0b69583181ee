"""Where a cooperation stands: resolutions, approval clock, publications, gates, deadlines, and what keeps it from starting."""
