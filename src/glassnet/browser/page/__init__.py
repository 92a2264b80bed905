"""The page: one front end for playing, tracing and lessons, written as one HTML file without a server or a network."""
