"""The only package that writes into a registry: all or nothing, one commit."""
