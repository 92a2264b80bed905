"""Tables in files, read by Polars: what kind of file it is, how it is written, and what its columns stand for."""
