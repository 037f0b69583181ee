"""Drafts: from records to Word files that say exactly what they should."""
