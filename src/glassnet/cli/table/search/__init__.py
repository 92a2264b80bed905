"""``glassnet tune``: trials of settings, and the search that makes them."""
