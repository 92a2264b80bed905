"""Objects of a learner's classes, made as the program makes them, or of what stands beside them."""
