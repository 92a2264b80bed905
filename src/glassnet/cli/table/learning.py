"""From rows in parts to a fitted model, by the estimators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from glassnet.callbacks import Callback, Session
from glassnet.cli.given import units
from glassnet.cli.table.loading import Loaded
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.optional import require
from glassnet.tables import Table
from glassnet.tables.files import Split

_AS_CALLED = (
    "activation", "dropout", "loss", "optimizer", "learning_rate", "epochs", "batch_size", "l2", "depth", "width",
)  # fmt: skip


def estimator(
    loaded: Loaded, of_recipe: Mapping[str, Any], *, seed: int, engine: str, device: str, progress: bool,
    callbacks: Sequence[Callback] = (), reading: Any = None,
) -> Any:  # fmt: skip
    """An estimator with the parameters that were given; it reads tables in memory, or as `reading` does."""
    require("sklearn", extra="tables", purpose="training on a table")
    from glassnet.estimators.classifier import NetworkClassifier
    from glassnet.estimators.learning.features import Reading
    from glassnet.estimators.regressor import NetworkRegressor

    wish = loaded.wish
    parameters: dict[str, Any] = {
        name: of_recipe[name] for name in _AS_CALLED if of_recipe.get(name) is not None
    }
    if of_recipe.get("hidden"):
        parameters["hidden"] = units(of_recipe["hidden"])
    if of_recipe.get("standardize") is False:
        parameters["scaling"] = "none"
    if loaded.embeds:
        parameters["categories"] = "embedding"
    parameters["preset"] = wish.preset or "tabular"
    parameters["ensemble"] = (
        1 if wish.ensemble is None else checks.integer("--ensemble", wish.ensemble, least=1)
    )
    parameters["categorical"] = [name for name in wish.categorical if name in loaded.features] or None
    parameters |= {
        "random_state": checks.integer("--seed", seed, least=0, most=2**32 - 1),
        "engine": engine,
        "device": device,
        "verbose": progress,
        "callbacks": list(callbacks),
    }
    estimator_made: Any
    if loaded.classifies:
        weights = "balanced" if wish.balance else None
        estimator_made = NetworkClassifier(**parameters, class_weight=weights, calibrate=wish.calibrate)
        estimator_made.reading = reading or Reading(wish.keep)
        return estimator_made
    for option in ("balance", "calibrate"):
        if getattr(wish, option):
            raise ArgumentError(f"--{option} is for classes, and {loaded.target!r} holds values")
    estimator_made = NetworkRegressor(**parameters)
    estimator_made.reading = reading or Reading(wish.keep)
    return estimator_made


def fit(fitted: Any, loaded: Loaded, parts: Split, tables: Mapping[str, Table]) -> Any:
    """The estimator, learned from the training part and watched on the validation part."""
    y = {name: loaded.y[places] for name, places in parts.parts.items()}
    watched = {"X_val": tables["validation"], "y_val": y["validation"]} if "validation" in y else {}
    if not watched:
        fitted.set_params(early_stopping=False)
    return fitted.fit(tables["training"], y["training"], **watched)


class Once(Callback):
    """Does something when training begins; the members of an ensemble share it."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.do = do
        self.done = False

    def begin(self, session: Session) -> None:
        if not self.done:
            self.done = True
            self.do()

    def __deepcopy__(self, memory: Any) -> Once:
        return self


def shares(of_recipe: Mapping[str, Any]) -> tuple[float, float]:
    """Of the test and the validation part, of all rows."""
    test = 0.2 if of_recipe.get("test_share") is None else of_recipe["test_share"]
    usual = 0.2 * (1 - test) if test else 0.0
    return test, usual if of_recipe.get("validation_share") is None else of_recipe["validation_share"]
