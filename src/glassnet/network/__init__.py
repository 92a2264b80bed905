"""A network and what belongs to it: its layers over flat vectors, the door for data, randomness, state and history."""
