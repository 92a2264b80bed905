"""Activations of whole rows: each output depends on all inputs of its sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike, NDArray

from glassnet.activations.base import ActivationFunction, check_target, numbers, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.errors import ArgumentError, ShapeError
from glassnet.formulas import rows
from glassnet.support import checks
from glassnet.support.calls import explained

__all__ = ["Softmax"]


@registry.register("softmax")
@dataclass(frozen=True)
class Softmax(ActivationFunction):
    """f(z)_j = exp(z_j) / sum_k exp(z_k) in each row; its backward is the product with its Jacobian."""

    formula = rows.softmax
    facts = ActivationFacts(
        value="exp(z) / sum(exp(z))",
        backward="a * (d - sum(d * a))",
        range=("0", "1"),
        outputs="classes",
        initializer="glorot_uniform",
        without_overflow="e = np.exp(Z - Z.max(axis={axis}, keepdims=True)); A = e / e.sum(axis={axis}, keepdims=True)",
        torch=TorchModule("Softmax", "softmax", fixed={"dim": 1}, alike={"dim": (-1, None)}),
        onnx=Onnx((Operator("Softmax", fixed={"axis": 1}, standard={"axis": -1}, alike={"axis": (-1,)}),)),
        sklearn="softmax",
        source="Bridle 1990, NIPS",
    )

    @explained
    def value(self, z: ArrayLike) -> NDArray[Any]:
        """Probabilities, of z's shape: rows lie along its last axis, so z may be one sample ``(n_classes,)``."""
        z = numbers("z", z)
        if z.ndim == 0 or z.shape[-1] == 0:
            raise ShapeError(f"softmax needs rows of at least one number; z has shape {z.shape}")
        return super().value(z)

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """Not elementwise: softmax has a Jacobian in each row, see :meth:`backward`."""
        raise ArgumentError(
            "softmax has no elementwise slope; each output depends on all inputs of its row: use backward"
        )

    @explained
    def backward(
        self, z: ArrayLike, a: ArrayLike, gradient: ArrayLike, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """dz_j = a_j (da_j - sum_k a_k da_k)."""
        z, a, gradient = numbers("z", z), numbers("a", a), numbers("gradient", gradient)
        checks.same_shape("gradient", gradient, "a", a)
        check_target(out, gradient)
        return rows.softmax_backward(a, gradient, out)
