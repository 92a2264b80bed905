"""Where a slip stands, and what the numbers are with it there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from glassnet.checking.numerics.rounding import Rounded


class Place(NamedTuple):
    """One slip at one place of the backward pass."""

    code: str  # the slip
    layer: int  # the dense layer, counted from 0
    # What is computed there: "output", "slope", "weights", "bias", "carry", "dropout", "norm" or "forward"
    part: str
    variant: str = ""  # which of several ways of making the slip; the same slip made in two ways counts twice


Places = tuple[Place, ...]

# One slip that has a name of its own at some activations, or at the output: the name there, and the common one.
COMMON_NAMES = {
    ("relu_gate_dropped", ""): ("activation_derivative_missing", ""),
    ("output_derivative_missing", ""): ("activation_derivative_missing", ""),
    ("output_derivative_doubled", ""): ("activation_derivative_doubled", ""),
    ("leaky_slope_forgotten", ""): ("derivative_of_another_activation", "relu"),
    ("relu_gate_from_input", "the layer's input"): ("derivative_at_wrong_layer", "the layer's input"),
}


class Choice(NamedTuple):
    """Slips, none for the right way, and how to compute the numbers that they lead to."""

    places: Places
    compute: Callable[[], Rounded]

    @property
    def value(self) -> Rounded:
        """The numbers, computed now."""
        return self.compute()

    def then(self, places: Places, change: Callable[[Rounded], Rounded]) -> Choice:
        """With more slips, which change the numbers like this."""
        return Choice((*self.places, *places), lambda: change(self.value))


def known(places: Places, value: Rounded) -> Choice:
    """A choice whose numbers are there already."""
    return Choice(places, lambda: value)


def n_slips(places: Iterable[Place]) -> int:
    """How many different slips these are: one slip at several layers counts once, whatever it is called there."""
    return len({in_common(place) for place in places})


def in_common(place: Place) -> tuple[str, str]:
    """The slip and its variant, by the name that it has at any activation."""
    own = place.code, place.variant
    return COMMON_NAMES.get(own, own)
