"""What a schedule is, and how one is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained
from glassnet.support.facts import Facts
from glassnet.support.fields import check_fields, takes
from glassnet.support.registry import Registry

# What a field takes, as its metadata.
RATE = takes(checks.number, least=0.0)
NOT_NEGATIVE = RATE
POSITIVE = takes(checks.number, above=0.0)
EPOCHS = POSITIVE
FACTOR = takes(checks.number, above=0.0, most=1.0)
SHARE = takes(checks.number, least=0.0, most=1.0)
COUNT = takes(checks.integer, least=1, most=100)
# A period has ended where so little of it is left: 0.3 / 0.1 is less than 3 in floating point.
ROUNDING = 2.0**-50


def beyond_rounding(periods: Floats) -> Floats:
    """How many periods have passed, a little more, so that rounding does not hide that one has ended."""
    return periods * (1.0 + ROUNDING)


@explained
@dataclass(frozen=True)
class Schedule:
    """Base class: a subclass gives the formula in :meth:`rates`.

    Attributes
    ----------
    facts : Facts
        Formula, range, source, and the class of ``torch.optim.lr_scheduler`` with the same rates.
    torch_arguments : str
        What that class is given beside the optimizer; of ``LambdaLR``, which multiplies the first rate, where there is
        no such class; empty where PyTorch cannot say it. In braces stand this schedule's own values. ``{times}`` turns
        epochs into steps, ``{per}`` steps into epochs, ``{root}`` the factor of an epoch into that of a step.
    torch_until : str
        The field with the epoch from which on PyTorch's class no longer has these rates; empty where it always has.
    moves_within_epochs : bool
        Whether the rate changes from batch to batch, or from epoch to epoch alone.

    Raises
    ------
    ArgumentError
        If an argument is outside the range that its class states.
    """

    facts: ClassVar[Facts]
    torch_until: ClassVar[str] = ""
    moves_within_epochs: ClassVar[bool] = True

    @property
    def torch_arguments(self) -> str:
        """Nothing, since PyTorch does not know a user's own."""
        return ""

    def __post_init__(self) -> None:
        check_fields(self)

    @explained
    def __call__(self, epoch: ArrayLike) -> Floats:
        """Learning rates at `epoch`, which counts from 0 and may be fractional.

        Parameters
        ----------
        epoch : number or array of numbers, >= 0

        Returns
        -------
        ndarray of float64, of the shape of `epoch` (``()`` for a single number)

        Raises
        ------
        ArgumentError
            If an epoch is negative or not finite.
        """
        numbers = checks.real("epoch", epoch)
        epochs = numbers.astype(np.float64)
        if numbers.dtype.kind == "b" or not np.all(np.isfinite(epochs) & (epochs >= 0.0)):
            raise ArgumentError(f"epoch must be finite and >= 0; got {checks.shown(epoch)}")
        return np.asarray(self.rates(epochs), dtype=np.float64)

    def rates(self, epochs: Floats) -> Floats:
        """Learning rates at checked `epochs`, elementwise."""
        raise NotImplementedError(f"{type(self).__name__} has no formula")


registry = Registry("schedule", Schedule, facts=Facts)
register = registry.add
names = registry.names


@explained
def get(choice: float | str | Schedule) -> Schedule:
    """The schedule that `choice` means; a number is a constant learning rate.

    A name works for a schedule that needs no arguments. None of those built in is one, since no
    learning rate suits every optimizer; their names are for files.

    Raises
    ------
    ArgumentError
        If the number is negative or not finite, or the named schedule needs arguments.
    UnknownNameError
        If no schedule has that name.
    """
    if not isinstance(choice, (str, Schedule)):
        return Constant(choice)
    try:
        return registry.get(choice)
    except TypeError as error:
        raise ArgumentError(
            f"schedule {choice!r} cannot be made from its name alone ({error}); "
            "give the object, for example StepDecay(learning_rate=0.1, every=10)"
        ) from error


@registry.register("constant")
@dataclass(frozen=True)
class Constant(Schedule):
    """The same learning rate always.

    Parameters
    ----------
    learning_rate : float, >= 0
    """

    learning_rate: float = field(metadata=RATE)

    moves_within_epochs: ClassVar[bool] = False
    facts = Facts(
        formula="learning_rate", latex=r"\eta", range="learning_rate", source="", elsewhere="",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        return np.full_like(epochs, self.learning_rate)
