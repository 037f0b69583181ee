"""Starting git, the fence around foreign settings, clean-room reading."""
