"""Cross-entropies of logits: the sigmoid or the softmax is in the loss, exact for numbers of any size."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.activations import Sigmoid, Softmax
from glassnet.formulas import losses as formulas
from glassnet.formulas import rows
from glassnet.losses.base import Array, ElementwiseLoss, Loss, mean, registry
from glassnet.losses.facts import LossFacts

__all__ = ["SigmoidCrossEntropy", "SoftmaxCrossEntropy", "SparseSoftmaxCrossEntropy"]


@registry.register("sigmoid_cross_entropy")
@dataclass(frozen=True)
class SigmoidCrossEntropy(ElementwiseLoss):
    """Binary cross-entropy of sigmoid(z), from the logits z: exact for any size of z."""

    formula = formulas.sigmoid_cross_entropy
    slope_formula = formulas.sigmoid_cross_entropy_slope
    domain = (0.0, 1.0)
    activation = Sigmoid()
    for_classes = "sparse_softmax_cross_entropy"
    facts = LossFacts(
        value="max(z, 0) - z * y + log(1 + exp(-abs(z)))", slope="p - y", data="binary_logits",
        last_activation="linear", torch="nn.BCEWithLogitsLoss()", source="Good 1952, J. R. Stat. Soc. B 14",
    )  # fmt: skip


@registry.register("softmax_cross_entropy")
@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """Categorical cross-entropy of softmax(z), from the logits z: exact for any size of z."""

    domain = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2
    activation = Softmax()
    for_classes = "sparse_softmax_cross_entropy"
    facts = LossFacts(
        value="-(y * log(p))", slope="p * mass - y", data="logits", last_activation="linear",
        torch="nn.CrossEntropyLoss()", source="Bridle 1990, NIPS",
    )  # fmt: skip

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over rows of log sum_k exp z_k - sum_j y_j z_j; gradient (softmax(z) - y) / n."""
        values, gradient = rows.softmax_cross_entropy(y, p)
        return mean(values, gradient, weights, len(p))


@registry.register("sparse_softmax_cross_entropy")
@dataclass(frozen=True)
class SparseSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """:class:`SoftmaxCrossEntropy` for integer classes 0 to n_classes - 1, shape (n_samples,)."""

    targets = "classes"
    for_rows = "softmax_cross_entropy"
    facts = LossFacts(
        value="-(y * log(p))", slope="p * mass - y", data="class_logits", last_activation="linear",
        torch="nn.CrossEntropyLoss()", source="Bridle 1990, NIPS",
    )  # fmt: skip
