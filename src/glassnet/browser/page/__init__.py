"""The page: one front end for playing, tracing and lessons, written as one HTML file that needs no server and no network."""
