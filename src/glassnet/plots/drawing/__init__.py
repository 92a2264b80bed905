"""What the pictures share: where they are drawn, and how layers, features and samples are named."""
