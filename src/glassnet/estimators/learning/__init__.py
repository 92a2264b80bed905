"""How estimators learn: rows and targets at the door, the network and its loss, training, what is held back."""
