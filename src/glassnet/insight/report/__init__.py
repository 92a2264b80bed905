"""The report of a training: one page that needs no network."""
