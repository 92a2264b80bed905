"""Numbers and how far rounding reaches; central differences; calling what a learner wrote."""
