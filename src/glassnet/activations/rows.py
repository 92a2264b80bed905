"""Activations of whole rows: each output depends on all inputs of its sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import ArrayLike, NDArray

from glassnet.activations.base import ActivationFunction, check_target, numbers, registry
from glassnet.activations.facts import ActivationFacts, Onnx, Operator, TorchModule
from glassnet.errors import ArgumentError, ShapeError
from glassnet.formulas import rows
from glassnet.support import checks
from glassnet.support.calls import explained

__all__ = ["LogSoftmax", "RowActivation", "Softmax"]


@explained
@dataclass(frozen=True)
class RowActivation(ActivationFunction):
    """An activation of the rows of an array, from its ``formula(z)`` and the ``backward_formula(a, gradient, out)``."""

    backward_formula: ClassVar[Callable[..., Any]]

    @explained
    def value(self, z: ArrayLike) -> NDArray[Any]:
        """f(z), of z's shape: rows lie along its last axis, so z may be one sample ``(n_classes,)``."""
        z = numbers("z", z)
        if z.ndim == 0 or z.shape[-1] == 0:
            raise ShapeError(
                f"{registry.called(self)} needs rows of at least one number; z has shape {z.shape}"
            )
        return super().value(z)

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """Not elementwise: it has a Jacobian in each row, see :meth:`backward`."""
        raise ArgumentError(
            f"{registry.called(self)} has no elementwise slope; each output depends on all inputs of its row: use "
            "backward"
        )

    @explained
    def backward(
        self, z: ArrayLike, a: ArrayLike, gradient: ArrayLike, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """The gradient times the Jacobian of each row."""
        z, a, gradient = numbers("z", z), numbers("a", a), numbers("gradient", gradient)
        checks.same_shape("gradient", gradient, "a", a)
        check_target(out, gradient)
        error: NDArray[Any] = type(self).backward_formula(a, gradient, out)
        return error


@registry.register("softmax")
@dataclass(frozen=True)
class Softmax(RowActivation):
    """f(z)_j = exp(z_j) / sum_k exp(z_k) in each row; dz_j = a_j (da_j - sum_k a_k da_k)."""

    formula = rows.softmax
    backward_formula = rows.softmax_backward
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


@registry.register("log_softmax")
@dataclass(frozen=True)
class LogSoftmax(RowActivation):
    """f(z)_j = z_j - log sum_k exp(z_k) in each row, the logarithm of softmax; dz_j = da_j - exp(a_j) sum_k da_k.

    At the end of a network it goes with ``softmax_cross_entropy``, whose softmax makes probabilities of logarithms of
    these: the same as ``torch.nn.NLLLoss`` of this output.
    """

    formula = rows.log_softmax
    backward_formula = rows.log_softmax_backward
    facts = ActivationFacts(
        value="z - log(sum(exp(z)))",
        backward="d - exp(a) * sum(d)",
        range=("-inf", "0"),
        initializer="glorot_uniform",
        without_overflow=(
            "A = Z - Z.max(axis={axis}, keepdims=True); A = A - np.log(np.exp(A).sum(axis={axis}, keepdims=True))"
        ),
        torch=TorchModule("LogSoftmax", "log_softmax", fixed={"dim": 1}, alike={"dim": (-1, None)}),
        onnx=Onnx((Operator("LogSoftmax", fixed={"axis": 1}, standard={"axis": -1}, alike={"axis": (-1,)}),)),
        source="Bridle 1990, NIPS",
    )
