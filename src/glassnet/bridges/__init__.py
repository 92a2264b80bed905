"""Ways in and out: model files, and other libraries' networks."""
