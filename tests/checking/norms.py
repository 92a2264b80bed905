"""A learner's network with a normalisation between a dense layer and tanh, and the mistakes that it invites."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

COMMON = (
    "norm_mean_path_missing", "norm_variance_path_missing", "norm_statistics_constant", "norm_weights_missing",
    "norm_variance_unbiased",
)  # fmt: skip
BATCH = (*(f"batch_{code}" for code in COMMON), "batch_norm_over_features", "batch_norm_running_statistics")
LAYER = (*(f"layer_{code}" for code in COMMON), "layer_norm_over_samples")
GRADIENT = ("norm_weights_gradient_at_input", "norm_weights_gradient_at_output")


def gradients(
    kind: str, X: Array, Y: Array, parameters: list[Array], running: list[Array], bugs: tuple[str, ...] = ()
) -> list[tuple[Array, Array]]:
    """Dense, norm, tanh, Dense, mean squared error; pairs for the first layer, the norm and the last layer."""
    W1, b1, gamma, beta, W2, b2 = parameters
    bug = {code.removeprefix(f"{kind}_") for code in bugs}
    axis = 0 if (kind == "batch") != ("norm_over_features" in bug or "norm_over_samples" in bug) else 1
    Z = X @ W1 + b1
    n = Z.shape[axis]
    mu, var = Z.mean(axis=axis, keepdims=True), Z.var(axis=axis, keepdims=True)
    divisor = n - 1 if "norm_variance_unbiased" in bug else n
    var = var * n / divisor
    if "norm_running_statistics" in bug:
        mu, var = running
    std = np.sqrt(var + 1e-5)
    x_hat = (Z - mu) / std
    N = gamma * x_hat + beta
    A = np.tanh(N)
    P = A @ W2 + b2

    dP = 2 * (P - Y) / Y.size
    dN = dP @ W2.T * (1 - A * A)
    source = {"norm_weights_gradient_at_input": Z, "norm_weights_gradient_at_output": N}
    dgamma = np.sum(dN * next((source[code] for code in source if code in bug), x_hat), axis=0)
    dx_hat = dN if "norm_weights_missing" in bug else dN * gamma
    dZ = dx_hat / std
    if not bug & {"norm_statistics_constant", "norm_running_statistics"}:
        dvar = np.sum(dx_hat * (Z - mu), axis=axis, keepdims=True) * -0.5 / std**3
        dmu = np.sum(-dx_hat / std, axis=axis, keepdims=True)
        if "norm_variance_path_missing" not in bug:
            dZ = dZ + dvar * 2 * (Z - mu) / (n if "norm_usual_backward" in bug else divisor)
        if "norm_mean_path_missing" not in bug:
            dZ = dZ + dmu / n
    return [(X.T @ dZ, dZ.sum(axis=0)), (dgamma, dN.sum(axis=0)), (A.T @ dP, dP.sum(axis=0))]
