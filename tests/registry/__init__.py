"""Reading and writing a registry, and the sample that ships."""
