"""Networks in the browser: formulas and parts of glassnet as one module of JavaScript, and networks as its data."""
