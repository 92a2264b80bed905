"""A learner's network of layers that learn more than weights and biases, and the mistakes that each invites."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn

Array = NDArray[Any]

# Each mistake, with the layer that it stands at as the checker counts dense layers.
OF_RESIDUAL = {
    "residual_skip_missing": 0, "residual_skip_doubled": 0, "residual_skip_sign_flipped": 0,
    "residual_inside_missing": 0, "residual_not_added": 0,
}  # fmt: skip
OF_RMS_NORM = {
    "rms_norm_statistics_constant": 2, "rms_norm_weights_missing": 2, "rms_norm_over_samples": 2, "rms_norm_centred": 2,
}  # fmt: skip
OF_PRELU = {
    "prelu_gradient_of_all_inputs": 0, "prelu_slope_missing": 0, "prelu_closed_below_zero": 0,
    "prelu_sides_exchanged": 0,
}  # fmt: skip
OF_SCALE = {"scale_carry_missing": 1}
OF_EMBEDDING = {"embedding_assigned": 0, "embedding_averaged": 0}
# Of the gradients of factors, slopes and norms alike; they stand at the layer of Scale here.
OF_FACTORS = {
    "factor_gradient_missing": 1, "factor_gradient_without_input": 1, "factor_gradient_at_output": 1,
    "factor_gradient_not_summed": 1, "factor_gradient_last_sample": 1, "factor_gradient_wrong_axis": 1,
}  # fmt: skip
ALL = OF_RESIDUAL | OF_RMS_NORM | OF_PRELU | OF_SCALE | OF_EMBEDDING | OF_FACTORS
EPSILON = 1e-3


def network(seed: int = 0, shared: bool = False) -> tuple[gn.Network, Array, Array]:
    """The network, a batch in which categories come several times, and targets."""
    inside = [gn.Dense(4, "tanh"), gn.Scale(), gn.Dense(5)]
    layers = [
        gn.Embedding({1: 3}, 2), gn.Dense(5), gn.PReLU(shared=shared), gn.Residual(inside), gn.RMSNorm(EPSILON),
        gn.Dense(2),
    ]  # fmt: skip
    net = gn.Network(layers, seed=seed, dtype="float64", input_shape=3)
    random = np.random.default_rng(seed)
    net.parameters = random.normal(size=net.parameters.shape)
    X = np.column_stack([random.normal(size=7), [0, 2, 2, 1, 2, 0, 1], random.normal(size=7)])
    return net, X, random.normal(size=(7, 2))


def arrays(net: gn.Network) -> list[Array]:
    """Copies of the parameters, in their order."""
    return [
        net.parameters[slot.start : slot.stop].reshape(slot.parameter.shape).copy()
        for slot in net.layout.parameters
    ]


def gradients(
    parameters: list[Array], X: Array, Y: Array, bugs: tuple[str, ...] = ()
) -> list[tuple[Array, Any]]:
    """Pairs for all layers that learn: those of the layers inside where these stand."""
    E, W1, b1, slopes, W2, b2, factors, W3, b3, g, W4, b4 = parameters
    m = len(X)
    integers = X[:, 1].astype(int)
    H = np.hstack([X[:, [0, 2]], E[integers]])
    Z1 = H @ W1 + b1
    A1 = np.where(Z1 > 0, Z1, slopes * Z1)
    T = np.tanh(A1 @ W2 + b2)
    S = factors * T
    R = S @ W3 + b3 + (0 if "residual_not_added" in bugs else A1)
    C = R - R.mean(axis=1, keepdims=True) if "rms_norm_centred" in bugs else R
    axis = 0 if "rms_norm_over_samples" in bugs else 1
    inverse = 1 / np.sqrt((C**2).mean(axis=axis, keepdims=True) + EPSILON)
    s = C * inverse
    N = g * s
    dP = 2 * (N @ W4 + b4 - Y) / Y.size

    dN = dP @ W4.T
    ds = dN if "rms_norm_weights_missing" in bugs else dN * g
    through = 0 if "rms_norm_statistics_constant" in bugs else s * (ds * s).mean(axis=axis, keepdims=True)
    dR = inverse * (ds - through)
    if "rms_norm_centred" in bugs:
        dR = inverse * (ds - ds.mean(axis=1, keepdims=True) - through)
    dS = dR @ W3.T
    dT = (dS if "scale_carry_missing" in bugs else dS * factors) * (1 - T * T)
    inside = dT @ W2.T
    past = {
        "residual_skip_missing": 0, "residual_not_added": 0, "residual_skip_doubled": 2,
        "residual_skip_sign_flipped": -1,
    }  # fmt: skip
    skip = next((past[code] for code in past if code in bugs), 1) * dR
    dA1 = skip if "residual_inside_missing" in bugs else inside + skip
    sides = {
        "prelu_slope_missing": np.ones_like(Z1),
        "prelu_closed_below_zero": (Z1 > 0) * 1.0,
        "prelu_sides_exchanged": np.where(Z1 > 0, slopes, 1.0),
    }
    dZ1 = dA1 * next((sides[code] for code in sides if code in bugs), np.where(Z1 > 0, 1, slopes))
    of_slopes = dA1 * (Z1 if "prelu_gradient_of_all_inputs" in bugs else np.minimum(Z1, 0))
    dslopes = of_slopes.sum(axis=0) if len(slopes) > 1 else of_slopes.sum(keepdims=True).ravel()
    dH = (dZ1 @ W1.T)[:, 2:]
    dE = np.zeros_like(E)
    if "embedding_assigned" in bugs:
        dE[integers] += dH
    else:
        np.add.at(dE, integers, dH)
    if "embedding_averaged" in bugs:
        dE /= np.bincount(integers)[:, None]
    wrong = {
        "factor_gradient_missing": np.zeros(4), "factor_gradient_without_input": dS.sum(axis=0),
        "factor_gradient_at_output": (dS * S).sum(axis=0), "factor_gradient_not_summed": dS * T,
        "factor_gradient_last_sample": (dS * T)[-1], "factor_gradient_wrong_axis": (dS * T).sum(axis=1),
    }  # fmt: skip
    dfactors = next((wrong[code] for code in wrong if code in bugs), (dS * T).sum(axis=0))
    assert m == len(dP)
    return [
        (dE, None), (H.T @ dZ1, dZ1.sum(axis=0)), (dslopes, None), (A1.T @ dT, dT.sum(axis=0)), (dfactors, None),
        (S.T @ dR, dR.sum(axis=0)), ((dN * s).sum(axis=0), None), (N.T @ dP, dP.sum(axis=0)),
    ]  # fmt: skip
