"""Shipped knowledge: law packs, official keys, German forms, licences."""
