"""Training: fit, batches, history, callbacks. Works with every engine and knows none from inside."""
