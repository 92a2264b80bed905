"""The checks of activations and derivatives."""
