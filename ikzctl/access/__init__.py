"""Rights in other partners' systems: computed from the registry, with their legal ground, as manifests."""
