"""How each data set is trained where the user does not say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from glassnet import activations, optimizers
from glassnet.cli import heads
from glassnet.cli.sources import Source
from glassnet.errors import ArgumentError
from glassnet.layers import Dense, Dropout, Layer
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.support.checks import integer, number

MOST_UNITS = 1_000_000


@dataclass(frozen=True)
class Recipe:
    """Everything about a training that can be chosen, but not the data, the seed and the engine.

    Attributes
    ----------
    hidden : tuple of int
        Units of each hidden layer; there may be none.
    loss : str
        Empty: the one that goes with the task.
    learning_rate : float or None
        None: the optimizer's own.
    batch_size : int or None
        None: all samples at once.
    dropout : float
        Share of each hidden layer's outputs that a step of training drops.
    test_share : float
        Share of the samples that is held back to report; the same samples every time.
    validation_share : float
        Share of the samples that is held back to watch training on, so that nothing is chosen by those of the test.
    standardize : bool
        Shift and scale features, and the targets of a regression, to mean 0 and standard deviation 1.
    """

    hidden: tuple[int, ...] = (32,)
    activation: str = "relu"
    loss: str = ""
    optimizer: str = "adam"
    learning_rate: float | None = 0.005
    epochs: int = 100
    batch_size: int | None = 32
    dropout: float = 0.0
    test_share: float = 0.2
    validation_share: float = 0.1
    standardize: bool = True


RECIPES = {
    "xor": Recipe((8,), "tanh", "binary_cross_entropy", learning_rate=0.05, epochs=500, batch_size=None,
                  test_share=0.0, validation_share=0.0, standardize=False),
    "spiral": Recipe((64, 64), "silu", learning_rate=0.01, epochs=400, batch_size=64),
    "digits": Recipe((64,), epochs=30, standardize=False),
    "iris": Recipe((16,), learning_rate=0.01),
    "wine": Recipe((16,), epochs=50),
    "breast_cancer": Recipe((16,), epochs=50),
    "diabetes": Recipe((16,), learning_rate=0.003, epochs=50),
    "moons": Recipe((16,), learning_rate=0.01),
    "circles": Recipe((16,), learning_rate=0.01),
    "blobs": Recipe((16,), learning_rate=0.01, epochs=50),
    "sine": Recipe((32,), "tanh", learning_rate=0.01, epochs=300),
}  # fmt: skip

# A rate that goes with plain gradient descent in courses; torch's default of 0.001 learns next to nothing.
_RATE_OF_SGD = 0.1


def choose(source: Source, given: dict[str, Any]) -> Recipe:
    """The recipe of a data set, or the one for files, with everything replaced that the user has given."""
    chosen = {name: value for name, value in given.items() if value is not None}
    if "hidden" in chosen:
        chosen["hidden"] = units(chosen["hidden"])
    recipe = RECIPES.get(source.name, Recipe())
    if chosen.get("optimizer", recipe.optimizer) != recipe.optimizer:
        recipe = replace(recipe, learning_rate=None)
    recipe = replace(recipe, **chosen)
    integer("--epochs", recipe.epochs, least=1)
    number("--dropout", recipe.dropout, least=0, below=1)
    if recipe.learning_rate is not None:
        number("--learning-rate", recipe.learning_rate, least=0)
    if recipe.batch_size is not None:
        integer("--batch-size", recipe.batch_size, least=1)
    number("--test-share", recipe.test_share, least=0, below=1)
    if recipe.test_share == 0 and "validation_share" not in chosen:
        recipe = replace(recipe, validation_share=0.0)
    number("--validation-share", recipe.validation_share, least=0, below=1 - recipe.test_share)
    return recipe


def units(given: list[str]) -> tuple[int, ...]:
    """Units of the hidden layers, from "64", "32,16" or "none".

    Raises
    ------
    ArgumentError
        If that is not what was given.
    """
    words = [word.strip() for word in ",".join(given).split(",")]
    if words == ["none"]:
        return ()
    if not all(word.isdecimal() and 0 < int(word) <= MOST_UNITS for word in words):
        raise ArgumentError(
            f"--hidden must be the units of each hidden layer, 1 to {MOST_UNITS:,}, such as 64 or 32,16, "
            f"or none; got {','.join(given)!r}"
        )
    return tuple(map(int, words))


def hidden_layers(recipe: Recipe) -> list[Layer]:
    """The hidden layers, each followed by dropout if that is wanted."""
    activation = activations.get(recipe.activation)
    layers: list[Layer] = []
    for n in recipe.hidden:
        layers.append(Dense(n, activation))
        if recipe.dropout:
            layers.append(Dropout(recipe.dropout))
    return layers


def optimizer_of(recipe: Recipe) -> Optimizer:
    """The optimizer at its learning rate."""
    optimizer = optimizers.get(recipe.optimizer)
    if recipe.learning_rate is not None:
        return optimizer.with_learning_rate(recipe.learning_rate)
    return optimizer.with_learning_rate(_RATE_OF_SGD) if optimizer == optimizers.SGD() else optimizer


def loss_of(recipe: Recipe, source: Source) -> Loss:
    """The loss of the recipe, or of the task."""
    by_task = _loss_of_task(source)
    loss = heads.named(recipe.loss or by_task)
    compares_values = not heads.of_loss(loss).classifies
    if source.name in RECIPES and source.task == "classification" and compares_values:
        raise ArgumentError(
            f"{source.name} holds classes, and {loss.name} compares values; use --loss {by_task}, "
            "or a file whose y holds the values that you mean"
        )
    return loss


def _loss_of_task(source: Source) -> str:
    if source.multi_label:
        return "binary_cross_entropy"
    return "sparse_categorical_cross_entropy" if source.task == "classification" else "mean_squared_error"
