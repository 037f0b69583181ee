"""Synthetic registries of any size, and what the commands cost on them; no part of the package."""
