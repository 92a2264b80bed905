"""What every room leans on: calls and arguments that are checked, names and their registry, optional packages, text."""
