"""Methods for tables beside each other, on the same splits."""
