"""Programs whose layers add their input: right ones are right, and slips in them have the names of residual layers."""

from __future__ import annotations

from pathlib import Path

import pytest

import glassnet as gn

PROGRAM = """
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = np.sin(X[:, :1])
P = {{"W1": rng.normal(size=(3, 5)) * 0.5, "b1": np.zeros((1, 5)), "W2": rng.normal(size=(5, 5)) * 0.5,
     "b2": np.zeros((1, 5)), "W3": rng.normal(size=(5, 1)), "b3": np.zeros((1, 1))}}


def forward(X, P):
    A1 = np.tanh(X @ P["W1"] + P["b1"])
    Z2 = A1 @ P["W2"] + P["b2"]
    A2 = {forward}
    return A2 @ P["W3"] + P["b3"], (X, A1, Z2, A2)


def loss(y, p):
    return np.mean((p - y) ** 2)


def backward(Y, out, cache, P):
    X, A1, Z2, A2 = cache
    dout = 2 * (out - Y) / len(X)
    dA2 = dout @ P["W3"].T
    {backward}
    dZ1 = dA1 * (1 - A1**2)
    return {{"W1": X.T @ dZ1, "b1": dZ1.sum(0, keepdims=True), "W2": A1.T @ dZ2, "b2": dZ2.sum(0, keepdims=True),
             "W3": A2.T @ dout, "b3": dout.sum(0, keepdims=True)}}


if __name__ == "__main__":
    for epoch in range(50):
        out, cache = forward(X, P)
        g = backward(Y, out, cache, P)
        for k in P:
            P[k] -= 0.1 * g[k]
"""
FORWARD = {
    "before": ("A1 + np.tanh(Z2)", "dZ2 = dA2 * (1 - np.tanh(Z2)**2); dA1 = dZ2 @ P['W2'].T{}"),
    "behind": ("np.tanh(A1 + Z2)", "dZ2 = dA2 * (1 - A2**2); dA1 = dZ2 @ P['W2'].T{}"),
    "none": ("np.tanh(Z2)", "dZ2 = dA2 * (1 - A2**2); dA1 = dZ2 @ P['W2'].T{}"),
}
CASES = [
    ("before", " + dA2", None), ("before", "", "residual_skip_missing"),
    ("behind", " + dZ2", None), ("behind", "", "residual_skip_missing"),
    ("none", "; dZ2 = dA2; dA1 = dZ2 @ P['W2'].T", "activation_derivative_missing"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "past", "code"), CASES)
def test_the_way_past_layers_is_checked_and_named(
    where: str, past: str, code: str | None, tmp_path: Path
) -> None:
    forward, backward = FORWARD[where]
    path = tmp_path / "learner.py"
    path.write_text(PROGRAM.format(forward=forward, backward=backward.format(past)), encoding="utf-8")
    report = gn.check(path)
    assert report.ok is (code is None), str(report)
    assert [slip.code for slip in report.slips] == ([] if code is None else [code])
    if code is not None and where == "before":
        assert any("layers, with the input of layers 1 to 1 added again" in note for note in report.notes)


def test_what_the_files_own_run_has_left_is_not_taken_for_what_a_pass_has_given(tmp_path: Path) -> None:
    """The training stands in the file itself, so that ``out`` and ``cache`` of all its samples are there."""
    forward, backward = FORWARD["none"]
    program = PROGRAM.format(forward=forward, backward=backward.format("")).replace(
        "sin(X[:, :1])", "ones((40, 1))"
    )
    path = tmp_path / "learner.py"
    path.write_text(program.replace('if __name__ == "__main__":', "if True:"), encoding="utf-8")
    assert gn.check(path).ok is True
