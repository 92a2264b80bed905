"""glassnet beside its peers, measured on the user's own machine. Imports nothing heavy."""
