"""Findings of a registry: one small case per code."""
