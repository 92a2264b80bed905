"""What was found in a program, tried: which function is which, and how it wants to be called."""
