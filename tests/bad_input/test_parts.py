"""Layers, optimizers and losses refuse what they cannot be made of, and losses what they cannot compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses
from glassnet.errors import (
    ArgumentError,
    DataError,
    GlassnetError,
    ShapeError,
    UnknownNameError,
)
from glassnet.layers import BatchNorm, Dense, Dropout


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Dense(0), ArgumentError, r"^units of Dense must be an integer >= 1; got 0$"),
        (lambda: Dense(2.5), ArgumentError, r"^units of Dense must be an integer >= 1; got 2\.5$"),  # type: ignore[arg-type]
        (lambda: Dense(True), ArgumentError, r"^units of Dense must be an integer >= 1; got True$"),
        (lambda: Dense("relu"), ArgumentError, r"^units of Dense must be an integer >= 1; got 'relu'$"),  # type: ignore[arg-type]
        (
            lambda: Dense(3, "sigmod"),
            UnknownNameError,
            r"^no activation is called 'sigmod'; did you mean 'sigmoid'",
        ),
        (
            lambda: Dense(3, np.tanh),  # type: ignore[arg-type]
            ArgumentError,
            r"^activation must be a name or a glassnet ActivationFunction; got <ufunc",
        ),
        (lambda: Dense(3, initializer="he"), UnknownNameError, r"^no initializer is called 'he'; "),
        (
            lambda: Dense(3, l1=-0.1),
            ArgumentError,
            r"^l1 of Dense must be a finite number and >= 0; got -0\.1$",
        ),
        (
            lambda: Dense(3, l2=float("nan")),
            ArgumentError,
            r"^l2 of Dense must be a finite number and >= 0; got nan$",
        ),
        (
            lambda: Dropout(1.0),
            ArgumentError,
            r"^rate of Dropout must be a finite number and >= 0 and < 1; got 1\.0$",
        ),
        (lambda: Dropout(-0.1), ArgumentError, r"^rate of Dropout must be a finite number and >= 0 and < 1"),
        (
            lambda: BatchNorm(momentum=0),
            ArgumentError,
            r"^momentum of BatchNorm must be a finite number and > 0 and <= 1; got 0$",
        ),
        (
            lambda: BatchNorm(epsilon=0),
            ArgumentError,
            r"^epsilon of BatchNorm must be a finite number and > 0; got 0$",
        ),
        (
            lambda: gn.LayerNorm(-1),
            ArgumentError,
            r"^epsilon of LayerNorm must be a finite number and > 0; got -1$",
        ),
        (
            lambda: gn.SGD(-0.1),
            ArgumentError,
            r"^learning_rate of SGD must be a finite number and >= 0; got -0\.1$",
        ),
        (
            lambda: gn.Adam(float("nan")),
            ArgumentError,
            r"^learning_rate of Adam must be a finite number and >= 0; got nan$",
        ),
        (
            lambda: gn.RMSProp(float("inf")),
            ArgumentError,
            r"^learning_rate of RMSProp must be a finite number and >= 0; got inf$",
        ),
        (
            lambda: gn.AdaGrad("0.1"),  # type: ignore[arg-type]
            ArgumentError,
            r"^learning_rate of AdaGrad must be a finite number and >= 0; got '0\.1'$",
        ),
        (lambda: gn.SGD(True), ArgumentError, r"^learning_rate of SGD must be a finite number"),
        (
            lambda: gn.SGD(0.1, momentum=1.0),
            ArgumentError,
            r"^momentum of SGD must be a finite number and >= 0 and < 1; got 1\.0$",
        ),
        (
            lambda: gn.SGD(0.1, nesterov=True),
            ArgumentError,
            r"^nesterov of SGD needs a momentum > 0; got momentum=0$",
        ),
        (
            lambda: gn.Adam(beta2=1),
            ArgumentError,
            r"^beta2 of Adam must be a finite number and >= 0 and < 1; got 1$",
        ),
        (
            lambda: gn.AdamW(weight_decay=-1),
            ArgumentError,
            r"^weight_decay of AdamW must be a finite number and >= 0; got -1$",
        ),
        (
            lambda: gn.SGD(clip_norm=0),
            ArgumentError,
            r"^clip_norm of SGD must be a finite number and > 0; got 0$",
        ),
        (lambda: losses.Huber(0), ArgumentError, r"^delta of Huber must be a finite number and > 0; got 0$"),
        (
            lambda: losses.Focal(alpha=np.array([0.25, 0.75])),  # type: ignore[arg-type]
            ArgumentError,
            r"^alpha of Focal must be a finite number and >= 0 and <= 1; got an array of shape \(2,\)$",
        ),
        (
            lambda: Dropout(0.5).rate_at([1.0]),  # type: ignore[arg-type]
            ArgumentError,
            r"^epoch must be a finite number and >= 0; got \[1\.0\]$",
        ),
        (
            lambda: gn.metrics.mean_absolute_percentage_error([1.0, 2.0], [1.0, 2.0], np.ones((4, 3))),
            ShapeError,
            r"^sample_weight must have shape \(2,\), one weight per sample; got shape \(4, 3\)$",
        ),
        (
            lambda: gn.check(object(), backward=int),
            ArgumentError,
            r"^backward must be a name or a function; got the class int$",
        ),
        (
            lambda: gn.TrainingSetup(gn.Network([Dense(2)], input_shape=3), np.ndarray, [0], loss="mse"),  # type: ignore[arg-type]
            DataError,
            r"^X ",
        ),
        (
            lambda: losses.Quantiles(np.array(3)),  # type: ignore[arg-type]
            ArgumentError,
            r"^levels of Quantiles must be a sequence of numbers, such as \(0\.1, 0\.9\); got array\(3\)$",
        ),
        (
            lambda: gn.play(output="."),
            ArgumentError,
            r"^output must be a name that ends in \.html, or in \.js for another site; got '\.'$",
        ),
        (
            lambda: losses.Quantile(1.0),
            ArgumentError,
            r"^level of Quantile must be a finite number and > 0 and < 1; got 1\.0$",
        ),
        (
            lambda: losses.Contrastive(-1),
            ArgumentError,
            r"^margin of Contrastive must be a finite number and > 0; got -1$",
        ),
        (
            lambda: gn.activations.ELU(0),
            ArgumentError,
            r"^alpha of ELU must be a finite number and > 0; got 0$",
        ),
        (
            lambda: gn.activations.Function(3, np.cos),  # type: ignore[arg-type]
            ArgumentError,
            r"^function of an activation must be callable; got 3$",
        ),
    ],
)
def test_parts_refuse_what_they_cannot_be_made_of(
    make: Callable[[], Any], error: type[GlassnetError], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "error", "message"),
    [
        (
            "mse",
            np.ones(4),
            np.ones((4, 1)),
            ShapeError,
            r"^mean_squared_error compares targets and predictions one by one, so their shapes must be "
            r"equal; y_true has shape \(4,\), y_pred has shape \(4, 1\); reshape y_true to \(4, 1\): "
            r"broadcasting would compare every pair$",
        ),
        (
            "bce",
            np.ones((4, 1)),
            np.full(4, 0.5),
            ShapeError,
            r"reshape y_true to \(4,\): broadcasting would compare every pair$",
        ),
        ("mae", np.ones(3), np.ones(4), ShapeError, r"y_true has shape \(3,\), y_pred has shape \(4,\)$"),
        (
            "cce",
            [0, 1],
            np.full((2, 3), 0.3),
            ShapeError,
            r"for integer classes use sparse_categorical_cross_entropy, or one-hot rows$",
        ),
        (
            "cce",
            [0, 1, 0],
            [0.2, 0.5, 0.3],
            ShapeError,
            r"^categorical_cross_entropy needs predictions of shape \(n_samples, n_classes\); y_pred has "
            r"shape \(3,\)$",
        ),
        (
            "softmax_cross_entropy",
            [0, 1, 0],
            [0.2, 0.5, 0.3],
            ShapeError,
            r"needs predictions of shape \(n_samples, n_classes\)",
        ),
        (
            "scce",
            np.eye(3)[[0, 1]],
            np.full((2, 3), 0.3),
            ShapeError,
            r"takes one integer per sample, shape \(n_samples,\); y_true has shape \(2, 3\); for one-hot "
            r"rows use categorical_cross_entropy",
        ),
        (
            "scce",
            [0, 3],
            np.full((2, 3), 0.3),
            DataError,
            r"^sparse_categorical_cross_entropy takes classes 0 to 2, as many as the predictions have "
            r"columns; y_true\[1\] is 3$",
        ),
        (
            "scce",
            [0.5, 1],
            np.full((2, 3), 0.3),
            DataError,
            r"takes integers; y_true has dtype float64 and holds other values$",
        ),
        (
            "scce",
            [0, 1, 1],
            np.full((2, 3), 0.3),
            ShapeError,
            r"needs one target per prediction: y_true has 3, y_pred 2$",
        ),
        (
            "triplet",
            [0, 1],
            [0.5, 0.5],
            ShapeError,
            r"^triplet_hard needs predictions of shape \(n_samples, n_outputs\)",
        ),
        (
            "mse",
            [],
            [],
            DataError,
            r"^mean_squared_error needs at least one sample; y_true is empty \(shape \(0,\)\)$",
        ),
        ("mse", ["a"], [1.0], DataError, r"^mean_squared_error compares real numbers; y_true has dtype <U1$"),
        (
            "mse",
            [1.0],
            [1j],
            DataError,
            r"^mean_squared_error compares real numbers; y_pred has dtype complex128$",
        ),
    ],
)
def test_losses_refuse_what_they_cannot_compare(
    loss: str, y_true: Any, y_pred: Any, error: type[GlassnetError], message: str
) -> None:
    for use in (losses.get(loss).value, losses.get(loss).gradient):
        with pytest.raises(error, match=message):
            use(y_true, y_pred)


@dataclass(frozen=True)
class Own(gn.optimizers.Optimizer):
    """Its alpha is no share of an old mean, as RMSProp's is."""

    learning_rate: float = 0.1
    alpha: float = 2.0


def test_an_optimizer_of_ones_own_takes_what_its_fields_say() -> None:
    assert Own(alpha=7.0).alpha == 7.0
    with pytest.raises(
        ArgumentError, match=r"^learning_rate of Own must be a finite number and >= 0; got -1$"
    ):
        Own(-1)
    with pytest.raises(ArgumentError, match=r"^clip_norm of Own must be a finite number and > 0; got 0$"):
        Own(clip_norm=0)
