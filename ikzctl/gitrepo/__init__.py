"""Git: the only place that starts it, the fence around foreign configuration, clean-room reading."""
