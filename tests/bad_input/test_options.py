"""Options of fit that mean nothing are refused before any work is done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassnet import losses
from glassnet.errors import ArgumentError, DataError, ShapeError, UnknownNameError
from glassnet.layers import BatchNorm, Dense
from glassnet.network.network import Network
from tests.bad_input.refusing import (
    CLASSES,
    Refusal,
    X,
    assert_refused,
    changed,
    name_of,
)

OPTION_REFUSALS: list[Refusal] = [
    *(
        ({"epochs": epochs}, ArgumentError, rf"^epochs must be an integer >= 0; got {epochs!r}$")
        for epochs in (-1, 1.5, True, None)
    ),
    *(
        ({"batch_size": size}, ArgumentError, rf"^batch_size must be an integer >= 1; got {size!r}$")
        for size in (0, -1, 1.5, True)
    ),
    *(
        ({"threads": threads}, ArgumentError, rf"^threads must be an integer >= 1; got {threads!r}$")
        for threads in (0, 1.5)
    ),
    *(
        ({name: value}, ArgumentError, rf"^{name} must be True or False; got {value!r}$")
        for name in ("shuffle", "mixed_precision", "torch_compile")
        for value in ("no", None, 2)
    ),
    *(
        (
            {"validation_split": split},
            ArgumentError,
            rf"^validation_split must be a finite number and >= 0 and < 1; got {split!r}$",
        )
        for split in (1.0, -0.1, float("nan"), True)
    ),
    (
        {"validation_split": 0.01},
        DataError,
        r"^validation_split=0\.01 of 20 samples leaves 20 to train on and 0 to validate; both need at "
        r"least one$",
    ),
    (
        {"validation_split": 0.2, "validation_data": (X, CLASSES)},
        ArgumentError,
        r"^give validation_data or validation_split, not both$",
    ),
    (
        {"validation_data": (X,)},
        ArgumentError,
        r"^validation_data must be a pair \(X, y\), or \(X, y, weights\); got tuple of 1$",
    ),
    (
        {"validation_data": X},
        ArgumentError,
        r"^validation_data must be a pair \(X, y\), or \(X, y, weights\); got ndarray$",
    ),
    (
        {"validation_data": (X[:, :2], CLASSES)},
        ShapeError,
        r"^layer 0 \(Dense\(5, 'tanh'\)\) was built for 3 features; X of validation_data has 2 \(shape "
        r"\(20, 2\)\)$",
    ),
    (
        {"validation_data": (X, CLASSES[:5])},
        ShapeError,
        r"^X of validation_data has 20 samples and y of validation_data has 5; they must be equal$",
    ),
    (
        {"validation_data": (X, CLASSES + 9)},
        DataError,
        r"one per output; y of validation_data holds 9 in row 0; count the classes",
    ),
    (
        {"validation_data": (changed(X, (1, 2), np.nan), CLASSES)},
        DataError,
        r"^X of validation_data holds nan at row 1, column 2",
    ),
    (
        {"sample_weight": np.ones(19)},
        ShapeError,
        r"^sample_weight must have shape \(20,\), one weight per sample; it has shape \(19,\)$",
    ),
    (
        {"sample_weight": np.ones(25), "validation_split": 0.2},
        ShapeError,
        r"^sample_weight must have shape \(20,\)",
    ),
    ({"sample_weight": np.ones((20, 1))}, ShapeError, r"it has shape \(20, 1\)$"),
    (
        {"sample_weight": changed(np.ones(20), 3, -2.0)},
        DataError,
        r"^sample_weight must be >= 0; it holds -2 in row 3$",
    ),
    (
        {"sample_weight": changed(np.ones(20), 3, np.nan)},
        DataError,
        r"^sample_weight holds nan at row 3, not a finite number",
    ),
    ({"sample_weight": np.zeros(20)}, DataError, r"^all weights of the samples to train on are 0"),
    (
        {"class_weight": {0: 1, 7: 2, "b": 1}},
        DataError,
        r"^class_weight names \['b', 7\], which y does not hold; its classes are \[0, 1, 2, 3\]$",
    ),
    (
        {"class_weight": {0: -1}},
        ArgumentError,
        r"^class_weight of class 0 must be a finite number and >= 0; got -1$",
    ),
    ({"class_weight": {0: float("nan")}}, ArgumentError, r"^class_weight of class 0 must be a finite number"),
    (
        {"class_weight": {0: "2"}},
        ArgumentError,
        r"^class_weight of class 0 must be a finite number and >= 0; got '2'$",
    ),
    (
        {"class_weight": "balance"},
        ArgumentError,
        r"^class_weight must be a dict of class: weight, or 'balanced'; got 'balance'$",
    ),
    (
        {"class_weight": [1, 2, 3, 4]},
        ArgumentError,
        r"^class_weight must be a dict of class: weight, or 'balanced'; got \[1, 2, 3, 4\]$",
    ),
    ({"loss": "scc"}, UnknownNameError, r"^no loss is called 'scc'; did you mean 'scce'"),
    (
        {"loss": losses.Huber},
        ArgumentError,
        r"^loss must be a name or a glassnet Loss; got <class .*call the class: Huber\(\.\.\.\)$",
    ),
    ({"optimizer": "adaam"}, UnknownNameError, r"^no optimizer is called 'adaam'; did you mean 'adam'"),
    ({"optimizer": 0.1}, ArgumentError, r"^optimizer must be a name or a glassnet Optimizer; got 0\.1$"),
    (
        {"engine": "nump"},
        UnknownNameError,
        r"^no engine is called 'nump'; engines: .*did you mean 'numpy'\?$",
    ),
    ({"engine": 3}, UnknownNameError, r"^no engine is called 3; engines: auto, numpy"),
    ({"metrics": ["acuracy"]}, UnknownNameError, r"^no metric is called 'acuracy'; did you mean 'accuracy'"),
    (
        {"metrics": "accuracy"},
        ArgumentError,
        r"^metrics must be a list of names or functions, such as \['accuracy'\]; got 'accuracy'$",
    ),
    ({"metrics": [3]}, ArgumentError, r"^metric must be a name, a Metric or a function"),
    (
        {"metrics": ["top_k_accuracy"]},
        ArgumentError,
        r"^top_5_accuracy of 4 classes is always 1; choose TopK\(k\) with k below 4$",
    ),
    ({"metrics": ["r2"]}, ShapeError, r"must have the same outputs"),
    ({"callbacks": [3]}, ArgumentError, r"^a callback must be a Callback object or a function; got 3$"),
    ({"callbacks": print}, ArgumentError, r"^callbacks must be a list"),
    ({"seed": -1}, ArgumentError, r"^seed must be an integer >= 0, a Generator or a RandomState; got -1$"),
]


@pytest.mark.parametrize("case", OPTION_REFUSALS, ids=name_of)
def test_fit_refuses_options(case: Refusal) -> None:
    options, error, message = case
    usual: dict[str, Any] = {"X": X, "y": CLASSES, "loss": "scce", "engine": "numpy", "progress": False}
    assert_refused(Dense(4, "softmax"), usual | options, error, message)


def test_a_batch_of_one_sample_cannot_be_normalised() -> None:
    network = Network([BatchNorm(), Dense(4, "softmax")], seed=0)
    for batch_size in (1, 19):
        with pytest.raises(
            ArgumentError, match=r"BatchNorm needs at least 2 samples in every batch; 20 samples in batches"
        ):
            network.fit(X, CLASSES, loss="scce", batch_size=batch_size, engine="numpy", progress=False)
    assert not network.built
