"""To PyTorch modules and back."""
