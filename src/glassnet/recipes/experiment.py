"""A training with everything that it needs: samples in parts, a network for them, and what it is trained by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from glassnet.callbacks import Callback, Session
from glassnet.errors import DataError
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.recipes import heads, sources
from glassnet.recipes.description import Description
from glassnet.recipes.model import Model, Subset, split
from glassnet.recipes.recipe import Recipe, choose, hidden_layers, loss_of, optimizer_of
from glassnet.recipes.scaling import Scaling
from glassnet.recipes.sources import Source
from glassnet.support import checks
from glassnet.support.calls import explained


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything that a training needs, checked.

    Attributes
    ----------
    source : Source
    recipe : Recipe
    optimizer : Optimizer
        At the learning rate of the recipe.
    parts : dict of str to Subset
        "training", and as far as the recipe holds samples back, "validation" and "test".
    model : Model
        Untrained until :meth:`fit`.
    """

    source: Source
    recipe: Recipe
    optimizer: Optimizer
    parts: dict[str, Subset]
    model: Model

    @explained
    def fit(
        self,
        *,
        epochs: int | None = None,
        callbacks: Sequence[Callback | Callable[[Session], Any]] = (),
        engine: str = "auto",
        device: str = "cpu",
        progress: bool = True,
    ) -> History:
        """Train on the scaled samples, and watch those that are held back for that.

        Options are those of :meth:`glassnet.Network.fit`; `epochs` those of the recipe by default.
        """
        model, recipe = self.model, self.recipe
        ready = {name: model.prepared(part) for name, part in self.parts.items()}
        return model.network.fit(
            *ready["training"],
            loss=model.loss,
            optimizer=self.optimizer,
            epochs=recipe.epochs if epochs is None else epochs,
            batch_size=recipe.batch_size,
            validation_data=ready.get("validation"),
            metrics=[model.head.metric],
            callbacks=callbacks,
            engine=engine,
            device=device,
            progress=progress,
        )


@explained
def prepare(source: Source | str, recipe: Recipe | None = None, *, seed: int = 0) -> Experiment:
    """Choose the last layer, split the samples, measure their scale and put a network together.

    Parameters
    ----------
    source : Source or str
        Such as ``gn.recipes.of_arrays(X, y)``, or what :func:`read` takes.
    recipe : Recipe, optional
        By default what :func:`choose` says of the source.
    seed : int
        Of the network, >= 0.

    Raises
    ------
    GlassnetError
        If the source does not fit the recipe.
    """
    if not isinstance(source, Source):
        source = sources.read(source)
    recipe = (
        choose(source) if recipe is None else checks.instance("recipe", recipe, Recipe, "Recipe(epochs=10)")
    )
    loss, optimizer = loss_of(recipe, source), optimizer_of(recipe)
    head = heads.for_source(loss, source)
    if head.classifies:
        heads.check_classes(source, loss)
    class_names = source.class_names if head.classifies else ()
    y = head.encode(source, class_names)
    parts = split(source.X, y, recipe.test_share, recipe.validation_share)
    if not head.classifies and min(len(part.X) for part in parts.values()) < 2:
        raise DataError(
            f"a regression needs at least 2 samples to train on and 2 to test; {source.name} has {len(y)}, "
            f"of which a share of {recipe.test_share:g} is for the test"
        )
    last = head.layer(class_names, 1 if head.classifies else y.shape[1])
    network = Network([*hidden_layers(recipe), last], seed=checks.integer("seed", seed, least=0))
    measured = parts["training"]
    description = Description(
        source=source.name,
        fingerprint=source.fingerprint,
        test_share=recipe.test_share,
        feature_names=source.feature_names,
        class_names=class_names,
        inputs=Scaling.measured(f"X of {source.name}", measured.X)
        if recipe.standardize
        else Scaling.none(source.X.shape[1]),
        targets=Scaling.measured(f"y of {source.name}", measured.y)
        if recipe.standardize and head.standardizes
        else Scaling.none(last.units),
        validation_share=recipe.validation_share,
    )
    network.metadata["data"] = description.to_plain()
    if source.features_named:
        network.metadata["feature_names"] = list(source.feature_names)
    if head.targets == "several":
        network.metadata["multi_label"] = True
    return Experiment(source, recipe, optimizer, parts, Model(network, description, loss))
