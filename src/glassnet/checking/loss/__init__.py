"""The check of losses and their gradients."""
