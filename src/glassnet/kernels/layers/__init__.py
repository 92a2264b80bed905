"""Compiled bodies of the layers that compute themselves; their NumPy bodies stand in :mod:`glassnet.layers`."""
