"""Drafts of agreements: content from clauses and records, Word file from the content, read back before anybody gets it."""
