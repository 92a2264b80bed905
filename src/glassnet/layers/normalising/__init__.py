"""Layers that standardise numbers: over the batch, or over the features of each sample."""
