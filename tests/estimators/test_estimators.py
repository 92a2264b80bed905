"""What the estimators learn, and that the same seed learns the same."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn

RANDOM = np.random.default_rng(0)
QUICK: dict[str, Any] = {"hidden": (16,), "epochs": 32, "learning_rate": 0.2}
X = RANDOM.normal(size=(200, 3))
CLASSES = np.array(["low", "middle", "high"])[np.digitize(X[:, 0] + X[:, 1], (-0.7, 0.7))]


@pytest.mark.parametrize("preset", ["tabular", "tabular-strong", "small", "sklearn"])
def test_every_preset_tells_classes_apart(preset: str) -> None:
    epochs = 200 if preset == "sklearn" else 60
    model = gn.NetworkClassifier(preset, width=32, epochs=epochs, random_state=0).fit(X[:150], CLASSES[:150])
    assert model.score(X[150:], CLASSES[150:]) > 0.8
    assert model.classes_.tolist() == ["high", "low", "middle"]


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_the_same_seed_gives_the_same_weights_for_any_number_of_threads(n_jobs: int) -> None:
    first, second = (
        gn.NetworkClassifier(ensemble=3, n_jobs=jobs, random_state=7, **QUICK).fit(X, CLASSES)
        for jobs in (1, n_jobs)
    )
    for one, other in zip(first.networks_, second.networks_, strict=True):
        assert np.array_equal(one.parameters, other.parameters)
    assert len({network.parameters.tobytes() for network in first.networks_}) == 3
