"""What an initializer is, and how one is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.support.arrays import Floats
from glassnet.support.calls import explained
from glassnet.support.facts import Facts
from glassnet.support.fields import check_fields
from glassnet.support.registry import Registry

Random = np.random.Generator | np.random.RandomState
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class InitializerFacts(Facts):
    """What a reader is told about an initializer.

    Attributes
    ----------
    torch_arguments : str
        What the function of PyTorch is given behind the array; in braces stand the initializer's own values.
    needs_fans : bool
        Whether PyTorch's takes the numbers of inputs and outputs from the array, which a bias does not tell.
    """

    torch_arguments: str = ""
    needs_fans: bool = False


@explained
@dataclass(frozen=True)
class Initializer:
    """Base class: draws the initial values of one parameter array.

    Attributes
    ----------
    facts : InitializerFacts or None
        Formula, range, source, name in PyTorch; None for a user's own.
    """

    facts: ClassVar[InitializerFacts | None] = None

    def __post_init__(self) -> None:
        check_fields(self)

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """Initial values of one parameter array.

        Parameters
        ----------
        random : numpy.random.Generator or numpy.random.RandomState
            Where the numbers come from; its state moves on.
        shape : tuple of int
            ``(n_inputs, n_outputs)`` for weights, ``(n_outputs,)`` for a bias.
        fan_in, fan_out : int, >= 1
            Number of inputs and outputs of the layer, for its weights and its bias alike.

        Returns
        -------
        ndarray of float64, of the given shape
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to draw")


registry = Registry("initializer", Initializer, facts=InitializerFacts)
get = registry.get
register = registry.add
names = registry.names
