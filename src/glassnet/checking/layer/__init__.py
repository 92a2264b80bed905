"""The check of a learner's own layer: its backward pass beside differences of its forward pass.

``building`` makes an object of what was given, ``running`` runs its forward pass, ``backward`` its backward pass in
whichever way it wants to be called, ``checking`` compares and reports; ``slips`` names, ``random_layer`` is for layers
that drop inputs.
"""

from glassnet.checking.layer.checking import check_layer

__all__ = ["check_layer"]
