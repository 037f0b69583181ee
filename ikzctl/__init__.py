"""ikzctl: registry, agreements and access manifests for inter-municipal cooperation."""

__version__ = "0.1.0"
