"""The compiled engine: the loop and the formulas as machine code."""
