"""Everything a user can choose has a name in snake case, and a description in plain data."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import activations, initializers, losses, metrics, optimizers, schedules
from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.layers import Dense
from glassnet.network.network import Network
from glassnet.support.registry import from_config, to_config

NAMESPACE = {name: getattr(gn, name) for name in gn.__all__}
ROOMS: list[ModuleType] = [activations, initializers, losses, metrics, optimizers]

ALIASES = {
    activations: {
        "identity": "linear", "none": "linear", "swish": "silu", "logistic": "sigmoid",
    },
    initializers: {
        "legacy": "normal", "xavier_uniform": "glorot_uniform", "xavier_normal": "glorot_normal",
        "kaiming_uniform": "he_uniform", "kaiming_normal": "he_normal", "torch": "torch_linear",
    },
    losses: {
        "mse": "mean_squared_error", "mae": "mean_absolute_error", "bce": "binary_cross_entropy",
        "cce": "categorical_cross_entropy", "scce": "sparse_categorical_cross_entropy",
        "kl": "kullback_leibler", "kl_divergence": "kullback_leibler", "pinball": "quantile",
        "triplet": "triplet_hard",
    },
    metrics: {
        "acc": "accuracy", "top_k": "top_k_accuracy", "mae": "mean_absolute_error",
        "rmse": "root_mean_squared_error", "r_squared": "r2",
    },
}  # fmt: skip

NAMES = {
    activations: (
        "linear relu leaky_relu elu gelu silu softplus sigmoid tanh softmax"
    ),
    initializers: (
        "zeros constant normal uniform glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal "
        "torch_linear"
    ),
    losses: (
        "mean_squared_error mean_absolute_error huber quantile poisson binary_cross_entropy "
        "categorical_cross_entropy sparse_categorical_cross_entropy kullback_leibler sigmoid_cross_entropy "
        "softmax_cross_entropy sparse_softmax_cross_entropy contrastive triplet_hard triplet_all"
    ),
    optimizers: "sgd adagrad rmsprop adadelta adam adamw nadam adamax lion",
    metrics: (
        "accuracy top_k_accuracy precision recall f1 mean_absolute_error root_mean_squared_error r2"
    ),
    schedules: "constant step_decay exponential_decay cosine_decay linear_warmup chain",
}  # fmt: skip


@pytest.mark.parametrize("room", NAMES, ids=lambda room: room.__name__)
def test_every_room_lists_its_names(room: ModuleType) -> None:
    assert set(room.names()) >= set(NAMES[room].split())


@pytest.mark.parametrize(("room", "name"), [(room, name) for room in ROOMS for name in room.names()], ids=str)
def test_a_name_stands_for_an_object_that_stands_for_itself(room: ModuleType, name: str) -> None:
    thing = room.get(name)
    assert room.get(thing) is thing
    assert room.get(name) == thing
    assert name == name.lower()
    assert name.isidentifier()


@pytest.mark.parametrize(
    ("room", "alias", "name"),
    [(room, alias, name) for room, aliases in ALIASES.items() for alias, name in aliases.items()],
    ids=str,
)
def test_short_aliases_mean_the_full_names(room: ModuleType, alias: str, name: str) -> None:
    assert room.get(alias) == room.get(name)
    assert alias not in room.names()


@pytest.mark.parametrize(
    ("room", "wrong", "kind", "hint"),
    [
        (activations, "rleu", "activation", "did you mean 'relu'"),
        (activations, "ReLU6", "activation", "did you mean 'relu'"),
        (activations, "xyz", "activation", "known names: linear, relu"),
        (losses, "msee", "loss", "did you mean 'mse'"),
        (losses, "categorical_crossentropy", "loss", "did you mean 'categorical_cross_entropy'"),
        (optimizers, "addam", "optimizer", "did you mean 'adam'"),
        (initializers, "he_norml", "initializer", "did you mean 'he_normal'"),
        (metrics, "accurracy", "metric", "did you mean 'accuracy'"),
        (schedules, "cosine_decy", "schedule", "did you mean 'cosine_decay'"),
    ],
)
def test_an_unknown_name_is_met_with_the_nearest_valid_ones(
    room: ModuleType, wrong: str, kind: str, hint: str
) -> None:
    with pytest.raises(UnknownNameError, match=rf"^no {kind} is called '{wrong}'; {hint}"):
        room.get(wrong)


@pytest.mark.parametrize(
    ("get", "wrong", "message"),
    [
        (activations.get, 3, "activation must be a name or a glassnet ActivationFunction; got 3"),
        (losses.get, None, "loss must be a name or a glassnet Loss; got None"),
        (optimizers.get, 0.1, "optimizer must be a name or a glassnet Optimizer; got 0.1"),
        (losses.get, b"mse", "loss must be a name or a glassnet Loss; got b'mse'"),
        (optimizers.get, optimizers.SGD, r"got <class .*SGD'>; call the class: SGD\(...\)"),
        (initializers.get, np.zeros, "initializer must be a name or a glassnet Initializer; got <"),
    ],
)
def test_what_is_neither_name_nor_object_is_refused(
    get: Callable[[Any], Any], wrong: Any, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        get(wrong)


PARTS: list[Any] = [
    *(room.get(name) for room in ROOMS for name in room.names()),
    activations.LeakyReLU(0.2),
    activations.ELU(0.5),
    initializers.Normal(0.5),
    initializers.Uniform(-1, 1),
    losses.Huber(2.5),
    losses.Quantile(0.9),
    losses.Contrastive(2),
    metrics.TopK(3),
    metrics.F1("macro"),
    schedules.StepDecay(0.1, every=10),
    schedules.Chain([schedules.LinearWarmup(0.1, 5), 0.05, schedules.CosineDecay(0.1, 95)], [5, 7]),
    optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    optimizers.Adam(schedules.ExponentialDecay(0.01, 0.99), clip_norm=1.0),
    optimizers.AdamW(schedules.Chain([schedules.LinearWarmup(0.1, 5), 0.05], [5]), weight_decay=0.1),
    gn.Dense(4, activations.LeakyReLU(0.2), initializers.HeNormal(), l1=0.1),
    gn.Activation("gelu"),
    gn.Dropout(0.1),
    gn.BatchNorm(0.2),
    gn.LayerNorm(),
    gn.Flatten(),
]


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_the_repr_of_every_part_rebuilds_it(part: Any) -> None:
    rebuilt = eval(repr(part), dict(NAMESPACE))
    assert rebuilt == part
    assert type(rebuilt) is type(part)


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_every_part_is_described_by_json(part: Any) -> None:
    description = json.loads(json.dumps(to_config(part)))
    assert description["name"].isidentifier()
    rebuilt = from_config(description)
    assert rebuilt == part
    assert type(rebuilt) is type(part)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"kind": "wheel", "name": "round"}, "unknown kind of part: 'wheel' named 'round'"),
        ({"kind": "loss", "name": 3}, "unknown kind of part: 'loss' named 3"),
        ({"kind": ["loss"], "name": "huber"}, "unknown kind of part"),
        ({"kind": "loss", "name": "system"}, "no loss is called 'system'"),
        ({"kind": "loss", "name": "huber", "epsilon": 1}, "loss 'huber' has no field epsilon"),
        ({"kind": "loss", "name": "huber", "delta": -1}, "delta of Huber must be a finite number and > 0"),
        ({"kind": "schedule", "name": "step_decay"}, "schedule 'step_decay' cannot be made of"),
    ],
)
def test_a_description_that_means_nothing_is_refused(description: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        from_config(description)


def cube(z: Any) -> Any:
    return z**3


def cube_slope(z: Any) -> Any:
    return 3 * z**2


def test_an_own_activation_is_used_as_an_object_and_by_its_registered_name() -> None:
    own = activations.Function(cube, cube_slope, name="cube")
    activations.register("cube", own)
    network = Network([Dense(2, "cube", "ones")], input_shape=1)
    assert network == Network([Dense(2, own, "ones")], input_shape=1)
    assert repr(network).startswith("Network([Dense(2, 'cube', 'constant')]")
    np.testing.assert_allclose(network.predict([[2.0]]), [[8.0, 8.0]])
    assert from_config(to_config(own)) == own


def test_what_is_registered_must_be_of_the_room() -> None:
    with pytest.raises(
        ArgumentError,
        match="'cube' must be registered with a glassnet ActivationFunction; got <function cube",
    ):
        activations.register("cube", cube)  # type: ignore[arg-type]
