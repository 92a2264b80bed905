"""A training step written out, formula by formula."""
