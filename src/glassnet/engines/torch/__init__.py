"""The torch engine, on any device and on several processes."""
