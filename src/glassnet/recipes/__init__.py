"""From data to a trained network by the usual choices: what ``glassnet train`` does, for Python.

    experiment = gn.recipes.prepare("wine")                    # or gn.recipes.of_arrays(X, y)
    history = experiment.fit()
    model = experiment.model.scaling_inside()                  # a network that reads samples as they are
    model.scores(experiment.parts["test"])
    model.network.save("wine.safetensors")

A `Source` is read, a `Recipe` chosen for it, and an `Experiment` prepared; its `Model` knows what its data mean.
"""

from glassnet.recipes.description import Description
from glassnet.recipes.experiment import Experiment, prepare
from glassnet.recipes.heads import Head
from glassnet.recipes.model import Model, Subset
from glassnet.recipes.recipe import Recipe, choose
from glassnet.recipes.scaling import Scaling, scaling_inside
from glassnet.recipes.sources import Source, of_arrays, read

__all__ = [
    "Description",
    "Experiment",
    "Head",
    "Model",
    "Recipe",
    "Scaling",
    "Source",
    "Subset",
    "choose",
    "of_arrays",
    "prepare",
    "read",
    "scaling_inside",
]
