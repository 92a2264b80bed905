"""Cross-entropies of logits: the sigmoid or the softmax is in the loss, exact for numbers of any size."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Real

from glassnet.activations import Sigmoid, Softmax
from glassnet.formulas import losses as formulas
from glassnet.formulas import rows
from glassnet.losses.base import ElementwiseLoss, mean, registry
from glassnet.losses.facts import LossFacts
from glassnet.losses.smoothing import BinaryWeighted, SmoothedLoss
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.support.fields import takes

__all__ = [
    "Focal",
    "SigmoidCrossEntropy",
    "SoftmaxCrossEntropy",
    "SparseSoftmaxCrossEntropy",
]

SMOOTHING = {"label_smoothing": ("ε", r"\varepsilon")}


@registry.register("sigmoid_cross_entropy")
@dataclass(frozen=True)
class SigmoidCrossEntropy(BinaryWeighted, ElementwiseLoss):
    """Binary cross-entropy of sigmoid(z), from the logits z: exact for any size of z.

    Parameters
    ----------
    pos_weight : float
        What targets 1 weigh beside targets 0, > 0, for classes that are rare: how many more 0 than 1 there are makes
        both count alike. As ``torch.nn.BCEWithLogitsLoss(pos_weight=...)``, the mean is not divided by the weights.
    label_smoothing : float
        The share s of targets that is taken from them: 0 becomes s / 2, 1 becomes 1 - s / 2.
    """

    formula = formulas.weighted_sigmoid_cross_entropy
    slope_formula = formulas.weighted_sigmoid_cross_entropy_slope
    domain = (0.0, 1.0)
    activation = Sigmoid()
    for_classes = "sparse_softmax_cross_entropy"
    facts = LossFacts(
        value=(
            "max(z, 0) - z * y + log(1 + exp(-abs(z))) if pos_weight == 1 else "
            "(1 - y) * softplus(z) + pos_weight * y * softplus(-z)"
        ),
        slope="p - y if pos_weight == 1 else (1 - y) * p - pos_weight * y * (1 - p)",
        letters=SMOOTHING | {"pos_weight": ("w", "w")}, data="binary_logits", last_activation="linear",
        torch="nn.BCEWithLogitsLoss()",
        torch_with={
            "pos_weight": "nn.BCEWithLogitsLoss(pos_weight=torch.tensor({pos_weight!r}, dtype=torch.float64))"
        },
        source="Good 1952, J. R. Stat. Soc. B 14; King, Zeng 2001, Political Analysis 9",
    )  # fmt: skip

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over entries and its gradient; where 1 and 0 weigh the same, in half as many operations."""
        if self.pos_weight != 1:
            return super().compare(y, p, weights)
        slope = formulas.sigmoid_cross_entropy_slope(y, p)
        return mean(formulas.sigmoid_cross_entropy(y, p), slope, weights, p.size)


@registry.register("softmax_cross_entropy")
@dataclass(frozen=True)
class SoftmaxCrossEntropy(SmoothedLoss):
    """Categorical cross-entropy of softmax(z), from the logits z: exact for any size of z.

    Parameters
    ----------
    label_smoothing : float
        The share of each target that is spread evenly over all classes, from 0 to 1.
    """

    domain = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2
    activation = Softmax()
    for_classes = "sparse_softmax_cross_entropy"
    facts = LossFacts(
        value="-(y * log(p))", slope="p * mass - y", letters=SMOOTHING, data="logits", last_activation="linear",
        torch="nn.CrossEntropyLoss()",
        torch_with={"label_smoothing": "nn.CrossEntropyLoss(label_smoothing={label_smoothing!r})"},
        source="Bridle 1990, NIPS",
    )  # fmt: skip

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over rows of log sum_k exp z_k - sum_j y_j z_j; gradient (softmax(z) - y) / n."""
        values, gradient = rows.softmax_cross_entropy(y, p)
        return mean(values, gradient, weights, len(p))


@registry.register("sparse_softmax_cross_entropy")
@dataclass(frozen=True)
class SparseSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """:class:`SoftmaxCrossEntropy` for integer classes 0 to n_classes - 1, shape (n_samples,).

    Parameters
    ----------
    label_smoothing : float
        The share of each target that is spread evenly over all classes, from 0 to 1.
    """

    targets = "classes"
    for_rows = "softmax_cross_entropy"
    facts = LossFacts(
        value="-(y * log(p))", slope="p * mass - y", letters=SMOOTHING, data="class_logits", last_activation="linear",
        torch="nn.CrossEntropyLoss()",
        torch_with={"label_smoothing": "nn.CrossEntropyLoss(label_smoothing={label_smoothing!r})"},
        source="Bridle 1990, NIPS",
    )  # fmt: skip


_FOCAL = (
    "exp(gamma * log(sigmoid(z) * (1 - y) + sigmoid(-z) * y)) * (max(z, 0) - z * y + log(1 + exp(-abs(z))))"
)
_FOCAL_SLOPE = (
    "exp(gamma * log(p + y - 2 * p * y)) * (p - y - gamma * (1 - 2 * y) * p * (1 - p) / (p + y - 2 * p * y) * "
    "(y * log(p) + (1 - y) * log(1 - p)))"
)


@registry.register("focal")
@dataclass(frozen=True)
class Focal(ElementwiseLoss):
    """Cross-entropy of sigmoid(z) times q^gamma, q = 1 - p of what is so, from the logits z: the certain count little.

    As ``torchvision.ops.sigmoid_focal_loss``, averaged over all entries.

    Parameters
    ----------
    gamma : float
        How fast what is predicted well loses its weight, >= 0; 0 is the cross-entropy.
    alpha : float or None
        The weight of targets 1, from 0 to 1; that of targets 0 is 1 - alpha. None, kept as -1: both weigh 1.
    """

    gamma: float = field(default=2.0, metadata=takes(checks.number, least=0))
    alpha: float | None = 0.25
    formula = formulas.focal
    slope_formula = formulas.focal_slope
    domain = (0.0, 1.0)
    activation = Sigmoid()
    for_classes = "sparse_softmax_cross_entropy"
    facts = LossFacts(
        value=f"(alpha * y + (1 - alpha) * (1 - y)) * {_FOCAL} if alpha >= 0 else {_FOCAL}",
        slope=f"(alpha * y + (1 - alpha) * (1 - y)) * {_FOCAL_SLOPE} if alpha >= 0 else {_FOCAL_SLOPE}",
        letters={"gamma": ("γ", r"\gamma"), "alpha": ("α", r"\alpha")}, data="binary_logits", last_activation="linear",
        torch=(
            "(({alpha!r} * y + (1 - {alpha!r}) * (1 - y) if {alpha!r} >= 0 else 1) * (prediction.sigmoid() * (1 - y) "
            "+ (-prediction).sigmoid() * y) ** {gamma!r} * nn.functional.binary_cross_entropy_with_logits("
            'prediction, y, reduction="none")).mean()'
        ),
        source="Lin et al. 2017, ICCV",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        without = self.alpha is None or (isinstance(self.alpha, Real) and self.alpha == -1)
        alpha = -1.0 if without else checks.number("alpha of Focal", self.alpha, least=0, most=1)
        object.__setattr__(self, "alpha", alpha)

    @cached_property
    def parameters(self) -> tuple[float, ...]:
        """gamma, and what targets 1 and targets 0 weigh."""
        alpha = float(-1 if self.alpha is None else self.alpha)
        return (self.gamma, alpha, 1 - alpha) if alpha >= 0 else (self.gamma, 1.0, 1.0)
