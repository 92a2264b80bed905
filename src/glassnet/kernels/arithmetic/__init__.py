"""How compiled work is cut up: products into what suits the BLAS."""
